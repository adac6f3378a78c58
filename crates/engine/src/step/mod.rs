//! The rules: what follows from one input. [`step`] is the one entry; each kind of input
//! has a file under `on/`. `advance.rs` holds what they share, `ready.rs` says which steps
//! may start, `instances.rs` and `attempt.rs` carry them out, `park.rs` waits, `gate.rs`
//! sends work back, `rollback.rs` undoes it, and [`link()`] continues what has ended.

mod advance;
mod attempt;
mod gate;
mod instances;
mod link;
mod matrix;
mod on;
mod order;
mod outputs;
mod park;
mod ready;
mod rollback;

use base::Timestamp;
use serde_json::Value as Json;

use crate::execution::DecisionError;
use crate::{Effect, Event, Input, Plan, State, Status};
use advance::Advance;

pub use link::{LinkError, Source, link};

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
pub enum Rejected {
    /// Its state does not allow that.
    #[error("an execution that is {status} cannot be {wanted}")]
    State {
        /// Its state.
        status: Status,
        /// What was wanted: `paused`, `resumed`, `cancelled`, `signalled`.
        wanted: &'static str,
    },
    /// Nobody is asked there.
    #[error("nobody is asked to decide about this any more")]
    NoApproval,
    /// A decision that does not count.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// Nobody waits for all these signals.
    #[error("{0} signals wait for a step already; nothing in this workflow takes them")]
    TooManySignals(usize),
}

/// The first fact of an execution and the state after it.
pub fn create(plan: &Plan, inputs: Json, seed: u64) -> (State, Event) {
    let mut state = State::new(plan);
    let event = Event::ExecutionCreated { inputs, seed, origin: None };
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
        Input::AttemptBegan { key } => on::attempt_began(&mut advance, key),
        Input::AgentChosen { key, agent, explanation } => {
            on::agent_chosen(&mut advance, key, agent, explanation);
        }
        Input::Signal { name, payload, by } => on::signal(&mut advance, name, payload, by)?,
        Input::EventHeard { key, event } => on::event_heard(&mut advance, key, event),
        Input::Decide { step, instance, decision } => {
            on::decide(&mut advance, step, instance, decision)?;
        }
        Input::Tick => on::tick(&mut advance),
        Input::Recover { give_up_after } => on::recover(&mut advance, give_up_after),
        Input::Pause { by } => on::pause(&mut advance, by)?,
        Input::Resume { by } => on::resume(&mut advance, by)?,
        Input::Cancel { by, reason } => on::cancel(&mut advance, by, reason)?,
    }
    Ok(advance.finish())
}
