//! Workflows and the executions of them, agents and commands as people see them, results,
//! and the runner that drives the pure engine.
//!
//! Start with [`Automation`], which the program makes once. `execution/start.rs` is where
//! work begins, `runner/` is where it happens: it feeds news to `engine::step`, makes what
//! comes out durable, and only then carries out the effects.

mod agent;
mod approval;
mod automation;
mod command;
mod dispatch;
mod execution;
mod result;
mod runner;
mod schedule;
mod step_kind;
mod text;
mod trigger;
mod webhook;
mod workflow;

pub use automation::{Automation, Parts, routes};
pub use execution::things;
pub use runner::{HttpTool, Options, Point, RunnerState};
pub use schedule::tick_execution;
pub use workflow::{BuiltIn, Workflows};
