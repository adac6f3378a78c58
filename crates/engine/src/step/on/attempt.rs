//! An attempt ended, well or not.

use serde_json::Value as Json;

use crate::step::advance::Advance;
use crate::{AttemptKey, Event, Failure};

pub(in crate::step) fn attempt_completed(advance: &mut Advance<'_>, key: AttemptKey, output: Json) {
    if !advance.state.is_running(key) {
        return;
    }
    advance.record(Event::AttemptCompleted { key, output });
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
