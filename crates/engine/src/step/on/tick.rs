//! Time has passed: attempts that are over their deadline fail, waits that are over end.

use crate::step::advance::Advance;
use crate::{AttemptKey, Effect, Failure, InstanceStatus};

pub(in crate::step) fn tick(advance: &mut Advance<'_>) {
    if advance.state.status.is_final() {
        return;
    }
    let mut touched = Vec::new();
    for step in 0..advance.plan.len() {
        for instance in 0..advance.state.steps[step].instances.len() {
            let state = &advance.state.steps[step].instances[instance];
            let key = AttemptKey { step, instance, attempt: state.attempts };
            match state.status {
                InstanceStatus::Running { deadline } if deadline <= advance.now => {
                    let seconds = advance.plan.step(step).timeout.as_secs_f64();
                    let message = format!(
                        "took longer than {seconds} seconds; raise timeout-minutes if it needs more"
                    );
                    advance.effects.push(Effect::CancelAttempt { key });
                    advance.fail_attempt(key, Failure::passing("timeout", message));
                    touched.push(step);
                }
                InstanceStatus::Backoff { until }
                    if until <= advance.now && advance.may_start() =>
                {
                    advance.start_attempt(AttemptKey { attempt: key.attempt + 1, ..key });
                    touched.push(step);
                }
                _ => {}
            }
        }
    }
    touched.dedup();
    for step in touched {
        advance.settle(step);
    }
}
