//! Something happened in the system, and it is what an attempt waits for: the attempt goes
//! on. Whoever tells of it has looked at the condition; an attempt that waits no longer is
//! not moved, so an event may be told twice.

use serde_json::Value as Json;

use crate::step::advance::Advance;
use crate::{AttemptKey, InstanceStatus, Parking};

pub(in crate::step) fn event_heard(advance: &mut Advance<'_>, key: AttemptKey, event: Json) {
    let waits = advance.state.instance(key.step, key.instance).is_some_and(|instance| {
        let is_parked =
            matches!(instance.status, InstanceStatus::Parked { on: Parking::Signal(_), .. });
        is_parked && instance.attempts == key.attempt
    });
    if waits {
        advance.complete_attempt(key, event);
        advance.settle(key.step);
    }
}
