//! The real program, run as people run it.

mod ai_access;
mod bad_input;
mod budget;
mod crash;
mod demo;
mod executions;
mod key_pays;
mod money;
mod office;
mod platforms;
mod prices;
mod program;
mod rate_limits;
mod references;
mod running;
mod slow_reader;
mod standby;
mod stopping;
mod telemetry;
mod triggers;
mod upgrade;
mod used;
