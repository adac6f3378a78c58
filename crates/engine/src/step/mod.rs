//! The rules: what follows from one input. [`step`] is the one entry; each kind of input
//! has a file under `on/`, and `advance.rs` holds what they share: starting what is ready
//! and ending what is done.

mod advance;
mod on;
mod order;

use base::Timestamp;
use serde_json::Value as Json;

use crate::{Effect, Event, Input, Plan, State, Status};
use advance::Advance;

#[cfg(test)]
mod tests;

/// What follows from an input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Facts, in order, for the journal. The state has taken them in already.
    pub events: Vec<Event>,
    /// Orders, to be carried out once the facts are durable. There may be some without a
    /// fact; without a [`Effect::WakeAt`] among them, nothing will be due any more.
    pub effects: Vec<Effect>,
}

/// An input that the execution's state does not allow; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an execution that is {status} cannot be {wanted}")]
pub struct Rejected {
    /// Its state.
    pub status: Status,
    /// What was wanted: `paused`, `resumed`, `cancelled`.
    pub wanted: &'static str,
}

/// The first fact of an execution and the state after it.
pub fn create(plan: &Plan, inputs: Json, seed: u64) -> (State, Event) {
    let mut state = State::new(plan);
    let event = Event::ExecutionCreated { inputs, seed };
    state.apply(&event);
    (state, event)
}

/// Advances an execution by one input. Pure: same state, same input, same answer.
///
/// News about an attempt that is not running any more changes nothing.
pub fn step(
    plan: &Plan,
    state: &mut State,
    input: Input,
    now: Timestamp,
) -> Result<Outcome, Rejected> {
    let mut advance = Advance::new(plan, state, now);
    match input {
        Input::Start => on::start(&mut advance),
        Input::AttemptCompleted { key, output } => on::attempt_completed(&mut advance, key, output),
        Input::AttemptFailed { key, failure } => on::attempt_failed(&mut advance, key, failure),
        Input::Tick => on::tick(&mut advance),
        Input::Recover => on::recover(&mut advance),
        Input::Pause { by } => on::pause(&mut advance, by)?,
        Input::Resume { by } => on::resume(&mut advance, by)?,
        Input::Cancel { by, reason } => on::cancel(&mut advance, by, reason)?,
    }
    Ok(advance.finish())
}
