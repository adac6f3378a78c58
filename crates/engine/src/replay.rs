//! Replay: a state is nothing but its journal.

use crate::{Event, Plan, State};

/// The state after these events.
pub fn replay<'a>(plan: &Plan, events: impl IntoIterator<Item = &'a Event>) -> State {
    let mut state = State::new(plan);
    for event in events {
        state.apply(event);
    }
    state
}
