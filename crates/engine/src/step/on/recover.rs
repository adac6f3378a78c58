//! The process that ran it died: attempts that were running go on. Their number stays,
//! so that what they had finished (turns, paid tokens) is found again under the same key.

use crate::step::advance::Advance;
use crate::{Effect, Event};

pub(in crate::step) fn recover(advance: &mut Advance<'_>) {
    if advance.state.status.is_final() {
        return;
    }
    for key in advance.state.running() {
        let deadline = advance.now.plus(advance.plan.step(key.step).timeout);
        match advance.order(key) {
            Ok(order) => {
                advance.record(Event::AttemptResumed { key, deadline });
                advance.effects.push(Effect::StartAttempt { key, order });
            }
            Err(failure) => {
                advance.fail_attempt(key, failure);
                advance.settle(key.step);
            }
        }
    }
}
