//! One file for each kind of input.

mod attempt;
mod cancel;
mod pause;
mod recover;
mod start;
mod tick;

pub(super) use attempt::{attempt_completed, attempt_failed};
pub(super) use cancel::cancel;
pub(super) use pause::{pause, resume};
pub(super) use recover::recover;
pub(super) use start::start;
pub(super) use tick::tick;
