//! The instances of a step: more of them start as places become free, and the step ends
//! with the last of them.

use super::advance::Advance;
use crate::{AttemptKey, Event, Failure, InstanceStatus};

impl Advance<'_> {
    /// Looks at a step after something happened to its instances: starts more of them, or
    /// ends the step, so that what waited for it may start.
    pub(super) fn settle(&mut self, step: usize) {
        if self.state.steps[step].status.is_final() || self.state.status.is_final() {
            return;
        }
        let stops = self.start_instances(step);
        let state = &self.state.steps[step];
        if state.status != crate::StepStatus::Running {
            // A gate has sent work back, and this step with it.
            return;
        }
        let is_open = !state.active.is_empty() || !state.waiting.is_empty();
        let goes_on = if stops { state.running() > 0 } else { is_open };
        if goes_on {
            return;
        }
        if let Some(failure) = self.failure_of(step) {
            self.record(Event::StepFailed { step, failure });
        } else {
            let checkpoint = self.plan.step(step).checkpoint.clone();
            self.record(Event::StepCompleted { step, checkpoint });
        }
        self.start_dependants(step);
    }

    fn failure_of(&self, step: usize) -> Option<Failure> {
        let state = &self.state.steps[step];
        let failed = |status: &InstanceStatus| match status {
            InstanceStatus::Failed { failure } => Some(failure.clone()),
            _ => None,
        };
        if state.failed == 0 {
            return None;
        }
        state.instances.iter().find_map(|instance| failed(&instance.status))
    }

    /// Starts instances that wait or whose backoff is over, as many as may run. Says whether
    /// a failed one keeps the others from starting.
    fn start_instances(&mut self, step: usize) -> bool {
        let fails_fast = self.fails_fast(step);
        let mut free = self.free_places(step);
        loop {
            let state = &self.state.steps[step];
            let stops = fails_fast && state.failed > 0;
            let next = state
                .next_due(self.now)
                .filter(|_| !stops && free > 0 && self.may_start(step) && self.has_place());
            let Some(instance) = next else { return stops };
            let key =
                AttemptKey { step, instance, attempt: state.instances[instance].attempts + 1 };
            self.start_attempt(key);
            free -= usize::from(self.state.is_running(key));
        }
    }

    /// How many more instances of a step may run.
    fn free_places(&self, step: usize) -> usize {
        let max_parallel = self.plan.step(step).matrix.as_ref().map_or(1, |it| it.max_parallel);
        max_parallel.saturating_sub(self.state.steps[step].running())
    }

    /// Whether one more attempt of a step may start now.
    pub(super) fn has_room(&self, step: usize) -> bool {
        let stops = self.fails_fast(step) && self.state.steps[step].failed > 0;
        !stops && self.may_start(step) && self.has_place() && self.free_places(step) > 0
    }

    /// Whether one failed instance is the end of the whole step.
    pub(super) fn fails_fast(&self, step: usize) -> bool {
        self.plan.step(step).matrix.as_ref().is_none_or(|matrix| matrix.fail_fast)
    }
}
