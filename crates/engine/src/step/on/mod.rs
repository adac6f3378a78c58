//! One file for each kind of input.

mod attempt;
mod cancel;
mod decide;
mod event;
mod pause;
mod recover;
mod signal;
mod start;
mod tick;

pub(super) use attempt::{agent_chosen, attempt_began, attempt_completed, attempt_failed};
pub(super) use cancel::cancel;
pub(super) use decide::decide;
pub(super) use event::event_heard;
pub(super) use pause::{pause, resume};
pub(super) use recover::recover;
pub(super) use signal::signal;
pub(super) use start::start;
pub(super) use tick::tick;
