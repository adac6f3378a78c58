//! The places of those that run: an execution that only waits gives its place away, and
//! what it wants to do next is kept until it has one again.

use std::collections::HashMap;

use base::{ExecutionId, Timestamp};
use engine::{Effect, Input, Status};

use super::machine::Machine;

/// What those that rest want to do as soon as they have a place.
pub(super) type Postponed = HashMap<ExecutionId, Vec<Effect>>;

impl Machine {
    /// Gives the place of an execution that only waits to the next one.
    pub(super) fn rest_if_idle(&mut self, id: ExecutionId) {
        let Some(live) = self.live.get(&id) else { return };
        if self.queue.runs(id) && live.state.only_waits(&live.plan) {
            self.queue.rest(id);
        }
    }

    /// Keeps an order of an execution that rests; the first one makes it queue.
    pub(super) fn postpone(&mut self, id: ExecutionId, effect: Effect, now: Timestamp) {
        let Some(live) = self.live.get(&id) else { return };
        let kept = self.postponed.entry(id).or_default();
        if kept.is_empty() {
            self.queue.come_back(id, &live.priority, now);
        }
        kept.push(effect);
    }

    /// Gives free places to those whose turn it is.
    pub(super) fn start_queued(&mut self, now: Timestamp) {
        while self.queue.running() < self.max_running {
            let Some(id) = self.queue.pop(now) else { return };
            let status = self.live.get(&id).map(|live| live.state.status);
            if let Some(effects) = self.postponed.remove(&id) {
                self.go_on(id, effects, now);
            } else if status == Some(Status::Queued) {
                self.advance(id, Input::Start, None, now);
            } else {
                self.queue.ended(id);
            }
        }
    }

    /// One that rested has a place: what it wanted to do begins, as far as it is wanted still.
    fn go_on(&mut self, id: ExecutionId, effects: Vec<Effect>, now: Timestamp) {
        for effect in effects {
            let (Effect::StartAttempt { key, .. } | Effect::ChooseAgent { key, .. }) = &effect
            else {
                continue;
            };
            let key = *key;
            if self.live.get(&id).is_some_and(|live| live.state.is_running(key)) {
                self.advance(id, Input::AttemptBegan { key }, None, now);
                self.effects.push((id, effect));
            }
        }
        self.rest_if_idle(id);
    }
}
