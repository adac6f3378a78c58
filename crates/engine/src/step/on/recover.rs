//! The process that ran it died: attempts that were running go on. Their number stays,
//! so that what they had finished (turns, paid tokens) is found again under the same key.
//!
//! Nothing is assumed about where the journal breaks off: whatever follows from its facts
//! and is not in it is made up for.

use crate::step::advance::Advance;
use crate::{AttemptKey, Effect, Event, InstanceStatus};

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
            Err(failure) => advance.fail_attempt(key, failure),
        }
    }
    for step in advance.running_steps() {
        schedule_missing_retries(advance, step);
        advance.settle(step);
    }
    advance.start_ready();
}

/// An instance that failed although it may be tried again: the fact that schedules the next
/// attempt is missing.
fn schedule_missing_retries(advance: &mut Advance<'_>, step: usize) {
    for instance in 0..advance.state.steps[step].instances.len() {
        let state = &advance.state.steps[step].instances[instance];
        let InstanceStatus::Failed { failure } = &state.status else { continue };
        let key = AttemptKey { step, instance, attempt: state.attempts };
        if advance.may_retry(key, failure) {
            advance.schedule_retry(key, failure.retry_after_ms);
        }
    }
}
