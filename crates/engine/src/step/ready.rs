//! Which steps may start: their needs have ended, their condition holds, and nothing that
//! they need is lost.

use super::advance::Advance;
use crate::definition::OnError;
use crate::{AttemptKey, Event, SkipCause, StepStatus};

impl Advance<'_> {
    /// Starts a step if it waits for nothing any more.
    pub(super) fn start_if_ready(&mut self, step: usize) {
        let needs = &self.plan.step(step).needs;
        let is_ready = self.state.steps[step].status == StepStatus::Pending
            && self.may_start(step)
            && needs.iter().all(|need| self.state.steps[*need].status.is_final());
        if !is_ready {
            return;
        }
        if let Some(cause) = self.reason_to_skip(step) {
            return self.skip(step, cause);
        }
        if self.has_place() {
            self.start_step(step);
        }
    }

    /// Why a step is not needed, without asking its condition.
    fn reason_to_skip(&self, step: usize) -> Option<SkipCause> {
        let definition = self.plan.step(step);
        let failed = |source: &usize| self.state.steps[*source].status == StepStatus::Failed;
        let sources = &definition.error_of;
        if !sources.is_empty() {
            // What a failure took along is no reason against the branch that mends it.
            return (!sources.iter().any(failed)).then_some(SkipCause::Condition);
        }
        if definition.when.is_some() {
            return None;
        }
        let is_lost = definition.needs.iter().any(|need| self.is_lost(*need));
        is_lost.then_some(SkipCause::NeedFailed)
    }

    /// Whether a step gives nothing to those that need it, because it failed or was skipped
    /// for such a reason.
    fn is_lost(&self, step: usize) -> bool {
        let state = &self.state.steps[step];
        match state.status {
            StepStatus::Failed => match self.plan.step(step).on_error {
                OnError::SkipDependants | OnError::Branch(_) => true,
                OnError::Stop | OnError::Continue => false,
            },
            StepStatus::Skipped => state.is_lost,
            StepStatus::Pending
            | StepStatus::Running
            | StepStatus::Completed
            | StepStatus::Cancelled => false,
        }
    }

    fn skip(&mut self, step: usize, cause: SkipCause) {
        self.record(Event::StepSkipped { step, cause });
        self.start_dependants(step);
    }

    pub(super) fn start_step(&mut self, step: usize) {
        let items = match self.condition(step) {
            Ok(true) => self.items(step),
            Ok(false) => return self.skip(step, SkipCause::Condition),
            Err(failure) => Err(failure),
        };
        match items {
            Ok(None) => {
                let attempt = self.state.steps[step].used_attempts + 1;
                self.start_attempt(AttemptKey { step, instance: 0, attempt });
            }
            Ok(Some(items)) => self.record(Event::StepExpanded { step, items }),
            Err(failure) => {
                self.record(Event::StepFailed { step, failure });
                return self.start_dependants(step);
            }
        }
        self.settle(step);
    }

    /// Whether the execution may have one more attempt at the same time.
    pub(super) fn has_place(&self) -> bool {
        let most = self.plan.definition().max_parallel;
        most.is_none_or(|most| self.state.running().len() < most)
    }
}
