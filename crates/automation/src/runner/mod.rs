//! The runner: one task that drives all executions of the process.
//!
//! It takes whatever news has come in, advances each execution with the pure
//! `engine::step`, writes all facts in one commit, and only then carries out the effects.
//! Recovery is this loop started again: `recover.rs` rebuilds the states from the journal.
//! `role.rs` makes sure that one process at a time does this; `perform/` does the work
//! that takes time, outside the loop.

mod announce;
mod carry_out;
mod change;
mod children;
mod circle;
mod clockwork;
mod commit;
mod crossing;
mod crowd;
mod dispatch;
mod durable;
mod ending;
mod ends;
mod facts;
mod handle;
mod listen;
mod live;
mod machine;
mod perform;
mod places;
mod points;
mod procedure;
mod queue;
mod recover;
mod role;
mod slots;
mod sql;
mod suspects;
mod unreadable;
mod waits;

use std::sync::Arc;

use agent::Library;
use agent::port::Models;
use agent::tool::Registry;
use store::Procedures;
use web::App;

use crate::workflow::Workflows;

pub(crate) use carry_out::{HTTP, SET};
pub(crate) use ends::End;
pub use handle::RunnerState;
pub(crate) use handle::{
    Beside, Charge, Group, Handle, InputError, Link, Made, NewExecution, Place, StartError, Starter,
};
pub use perform::HttpTool;
pub use points::Point;
pub(crate) use sql::{Bar, barred, charge, journal};
pub(crate) use waits::Kind;

/// What the runner needs to carry out effects.
#[derive(Clone)]
pub(crate) struct Dependencies {
    pub library: Arc<Library>,
    pub models: Arc<dyn Models>,
    pub procedures: Procedures,
    pub tools: Registry,
    pub workflows: Workflows,
    pub http: HttpTool,
}

/// How the runner behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many executions run at the same time; the others wait in order (catalogue 5.5).
    pub max_running: usize,
    /// How many executions may be there that have not ended; more are refused until some end,
    /// so that memory stays bounded (reliability R18). Children of others find room beyond it:
    /// sixteen times as much, at most 100,000.
    pub max_open: usize,
    /// How many attempts of one agent run at the same time (catalogue 5.5).
    pub max_per_agent: usize,
    /// After how many deaths of its process a step is given up (reliability R14).
    pub give_up_after: u32,
    /// The name under which this process holds the engine role; the same after a restart
    /// on the same data folder, so that it need not wait for its own lease to expire.
    pub node: String,
}

/// Starts the runner's task.
pub(crate) fn start(app: &App, dependencies: Dependencies, options: Options) -> Handle {
    let (handle, inbox) = handle::channel();
    app.spawn(role::hold(app.clone(), dependencies, options, handle.clone(), inbox));
    handle
}
