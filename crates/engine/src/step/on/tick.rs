//! Time has passed: attempts that are over their deadline fail, waits that are over end,
//! and an execution that took too long ends.

use crate::step::advance::Advance;
use crate::{AttemptKey, Effect, Failure, InstanceStatus, Status};

pub(in crate::step) fn tick(advance: &mut Advance<'_>) {
    if advance.state.status.is_final() {
        return;
    }
    if is_over(advance) {
        let minutes = advance.plan.definition().timeout.map_or(0.0, |it| it.as_secs_f64() / 60.0);
        let message = format!("it took longer than {minutes} minutes; raise timeout-minutes");
        return advance.end_badly(None, Failure::permanent("timeout", message));
    }
    for step in advance.running_steps() {
        end_what_is_over(advance, step);
        advance.settle(step);
    }
}

fn is_over(advance: &Advance<'_>) -> bool {
    let is_due = advance.state.deadline.is_some_and(|deadline| deadline <= advance.now);
    is_due && matches!(advance.state.status, Status::Running | Status::Paused)
}

fn end_what_is_over(advance: &mut Advance<'_>, step: usize) {
    let (mut late, mut parked) = (Vec::new(), Vec::new());
    for (instance, state) in advance.state.steps[step].active() {
        let key = AttemptKey { step, instance, attempt: state.attempts };
        match &state.status {
            InstanceStatus::Running { deadline } if *deadline <= advance.now => late.push(key),
            InstanceStatus::Parked { .. } => parked.push(key),
            _ => {}
        }
    }
    for key in late {
        let seconds = advance.plan.step(step).timeout.as_secs_f64();
        let message =
            format!("took longer than {seconds} seconds; raise timeout-minutes if it needs more");
        advance.effects.push(Effect::CancelAttempt { key });
        advance.fail_attempt(key, Failure::passing("timeout", message));
    }
    for key in parked {
        advance.end_wait_if_over(key);
    }
}
