//! The engine driven to the end by a fake runner: random workflows, random luck, pauses,
//! cancellations and crashes. Start with `scenario.rs` (what is made up), then `runner.rs`
//! (who drives it), `watch.rs` (what must hold after every input) and `oracle.rs` (what must
//! come out, worked out a second time without the engine).
#![allow(clippy::unwrap_used)]

mod luck;
mod oracle;
mod properties;
mod runner;
mod scenario;
mod watch;
