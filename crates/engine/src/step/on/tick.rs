//! Time has passed: attempts that are over their deadline fail, waits that are over end.

use crate::step::advance::Advance;
use crate::{AttemptKey, Effect, Failure, InstanceStatus};

pub(in crate::step) fn tick(advance: &mut Advance<'_>) {
    if advance.state.status.is_final() {
        return;
    }
    for step in advance.running_steps() {
        let late = advance.state.steps[step].active().filter_map(|(instance, state)| {
            let InstanceStatus::Running { deadline } = state.status else { return None };
            let key = AttemptKey { step, instance, attempt: state.attempts };
            (deadline <= advance.now).then_some(key)
        });
        for key in late.collect::<Vec<_>>() {
            let seconds = advance.plan.step(step).timeout.as_secs_f64();
            let message = format!(
                "took longer than {seconds} seconds; raise timeout-minutes if it needs more"
            );
            advance.effects.push(Effect::CancelAttempt { key });
            advance.fail_attempt(key, Failure::passing("timeout", message));
        }
        advance.settle(step);
    }
}
