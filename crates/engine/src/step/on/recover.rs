//! The process that ran it ended: attempts that were running go on. Their number stays,
//! so that what they had finished (turns, paid tokens) is found again under the same key.
//! An attempt that has seen too many processes die is given up, so that one bad step
//! cannot take everybody down again and again. Before that it is held, so that the runner
//! lets suspects go on one at a time: the next death then has one cause, and whoever only
//! stood beside it is not blamed.
//!
//! Nothing is assumed about where the journal breaks off: whatever follows from its facts
//! and is not in it is made up for.

use crate::definition::Action;
use crate::step::advance::Advance;
use crate::{AttemptKey, Event, Failure, InstanceStatus};

pub(in crate::step) fn recover(advance: &mut Advance<'_>, give_up_after: Option<u32>) {
    if advance.state.status.is_final() {
        return;
    }
    super::start::begin_rollback(advance);
    for key in advance.state.running() {
        // A gate that decides only now may have sent it back.
        if advance.state.is_running(key) {
            go_on(advance, key, give_up_after);
        }
    }
    for step in advance.running_steps() {
        schedule_missing_retries(advance, step);
        conclude_missing_approvals(advance, step);
        continue_missing_rounds(advance, step);
        advance.settle(step);
    }
    advance.start_ready();
}

fn go_on(advance: &mut Advance<'_>, key: AttemptKey, give_up_after: Option<u32>) {
    let instance = &advance.state.steps[key.step].instances[key.instance];
    let action = &advance.plan.step(key.step).action;
    // Nothing of it runs in the process: it had not begun again, or another execution is its work.
    let is_innocent = instance.is_held || matches!(action, Action::Workflow { .. });
    let deaths = instance.deaths() + u32::from(give_up_after.is_some() && !is_innocent);
    if give_up_after.is_some_and(|limit| deaths >= limit) {
        let message = format!(
            "the process died {deaths} times while this step ran, so it is not tried again; look at the log, then retry the execution"
        );
        return advance.fail_attempt(key, Failure::permanent("quarantined", message));
    }
    let deadline = advance.now.plus(advance.plan.step(key.step).timeout);
    if !decides_at_once(action) {
        let held = deaths > 0 && give_up_after.is_some_and(|limit| deaths + 1 >= limit);
        advance.record(Event::AttemptResumed { key, deadline, deaths, held });
    }
    advance.forget_orders();
    advance.perform(key);
}

/// Whether an attempt of this kind runs only if the journal breaks off in its beginning.
const fn decides_at_once(action: &Action) -> bool {
    matches!(action, Action::Wait(_) | Action::Approval(_) | Action::Gate(_))
}

/// An instance that failed although it may be tried again: the fact that schedules the next
/// attempt is missing.
fn schedule_missing_retries(advance: &mut Advance<'_>, step: usize) {
    if advance.state.steps[step].failed == 0 {
        return;
    }
    for instance in 0..advance.state.steps[step].instances.len() {
        let state = &advance.state.steps[step].instances[instance];
        let InstanceStatus::Failed { failure } = &state.status else { continue };
        let key = AttemptKey { step, instance, attempt: state.attempts };
        let failure = failure.clone();
        if !advance.waits_for_budget(key, &failure) && advance.may_retry(key, &failure) {
            advance.schedule_retry(key, failure.retry_after_ms);
        }
    }
}

/// A round of a loop ended, and the fact that there is another one is missing.
fn continue_missing_rounds(advance: &mut Advance<'_>, step: usize) {
    let Some(repeat) = advance.plan.step(step).repeat.clone() else { return };
    let state = &advance.state.steps[step];
    let is_idle = state.active.is_empty() && state.waiting.is_empty();
    let Some(last) = state.instances.last().filter(|_| is_idle) else { return };
    let InstanceStatus::Completed { output } = last.status.clone() else { return };
    let instance = state.instances.len() - 1;
    let key = AttemptKey { step, instance, attempt: last.attempts };
    if advance.goes_on(key, &repeat, &output) == Ok(true) {
        advance.record(Event::LoopContinued { step, last: output });
    }
}

/// A decision or a signal is there, and the fact that follows from it is missing.
fn conclude_missing_approvals(advance: &mut Advance<'_>, step: usize) {
    let parked = advance.state.steps[step].active().filter_map(|(instance, state)| {
        let is_parked = matches!(state.status, InstanceStatus::Parked { .. });
        is_parked.then_some(AttemptKey { step, instance, attempt: state.attempts })
    });
    for key in parked.collect::<Vec<_>>() {
        advance.conclude_approval(key);
        advance.take_kept_signal(key);
    }
}
