//! Attempts that ran through so many deaths of the process that the next one would be their
//! last: they go on one at a time, so that a step that kills is found and those that only
//! ran beside it are not blamed (reliability R14).

use std::collections::VecDeque;
use std::time::Duration;

use base::{ExecutionId, Timestamp};
use engine::{AttemptKey, Effect, Input};

use super::machine::Machine;

/// How long one goes on alone; whoever kills later than that is found by and by.
const ALONE: Duration = Duration::from_secs(10);

/// Those that wait to go on, and the one that does.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    waiting: VecDeque<(ExecutionId, AttemptKey, Effect)>,
    out: Option<(ExecutionId, AttemptKey, Timestamp)>,
}

impl Suspects {
    /// Keeps the order of one until it may go on.
    pub(super) fn hold(&mut self, id: ExecutionId, key: AttemptKey, effect: Effect) {
        self.waiting.push_back((id, key, effect));
    }

    /// Whether one waits and nobody is out.
    pub(super) fn may_go_on(&self) -> bool {
        self.out.is_none() && !self.waiting.is_empty()
    }
}

impl Machine {
    /// Lets the next suspect go on, once the one before it has ended or was alone long enough.
    pub(super) fn let_suspect_go_on(&mut self, now: Timestamp) {
        let runs = |id: &ExecutionId, key: AttemptKey| {
            self.live.get(id).is_some_and(|live| live.state.is_running(key))
        };
        self.suspects.out.take_if(|(id, key, since)| !runs(id, *key) || now.since(*since) >= ALONE);
        while self.suspects.may_go_on() {
            let Some((id, key, effect)) = self.suspects.waiting.pop_front() else { return };
            if self.live.get(&id).is_some_and(|live| live.state.is_held(key)) {
                tracing::warn!(
                    execution.id = %id,
                    "step \"{}\" ran when the process died and goes on alone", self.live[&id].step_id(key)
                );
                self.suspects.out = Some((id, key, now));
                self.advance(id, Input::AttemptBegan { key }, None, now);
                self.effects.push((id, effect));
            }
        }
    }
}
