//! An attempt ended, well or not, or begins after all.

use serde_json::Value as Json;

use crate::step::advance::Advance;
use crate::{AttemptKey, Event, Failure};

pub(in crate::step) fn attempt_completed(advance: &mut Advance<'_>, key: AttemptKey, output: Json) {
    if !advance.state.is_running(key) {
        return;
    }
    advance.complete_attempt(key, output);
    advance.settle(key.step);
}

pub(in crate::step) fn attempt_failed(
    advance: &mut Advance<'_>,
    key: AttemptKey,
    failure: Failure,
) {
    if !advance.state.is_running(key) {
        return;
    }
    advance.fail_attempt(key, failure);
    advance.settle(key.step);
}

/// It had to wait for a free place; its time is counted from now.
pub(in crate::step) fn attempt_began(advance: &mut Advance<'_>, key: AttemptKey) {
    if advance.state.is_running(key) {
        let deadline = advance.now.plus(advance.plan.step(key.step).timeout);
        advance.record(Event::AttemptBegan { key, deadline });
    }
}

/// The dispatcher chose an agent, which can begin now.
pub(in crate::step) fn agent_chosen(
    advance: &mut Advance<'_>,
    key: AttemptKey,
    agent: String,
    explanation: Json,
) {
    let instance = advance.state.instance(key.step, key.instance);
    let is_open = instance.is_some_and(|instance| instance.chosen().is_none());
    if !advance.state.is_running(key) || !is_open {
        return;
    }
    advance.record(Event::AgentChosen { key, agent, explanation });
    advance.perform(key);
    advance.settle(key.step);
}
