//! What all inputs share: recording facts, starting what is ready, ending what is done.

use std::collections::VecDeque;
use std::time::Duration;

use base::Timestamp;
use serde_json::{Map, Value as Json};

use super::Outcome;
use super::order::expression_failure;
use crate::execution::StepScope;
use crate::{
    AttemptKey, Effect, Event, Failure, InstanceStatus, Plan, State, Status, StepState, StepStatus,
};

/// The longest wait that the other side of an attempt can ask for; without an end, it could
/// park an execution for ever.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 60 * 60);

/// One input being worked in.
pub(super) struct Advance<'a> {
    pub(super) plan: &'a Plan,
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) effects: Vec<Effect>,
    events: Vec<Event>,
    /// The first failed step that fails the whole execution.
    fatal: Option<usize>,
    /// Steps whose needs may be met now. A queue and not recursion, so that a long chain of
    /// skipped steps needs no deep stack.
    hopeful: VecDeque<usize>,
}

impl<'a> Advance<'a> {
    pub(super) fn new(plan: &'a Plan, state: &'a mut State, now: Timestamp) -> Self {
        let fatal = (0..plan.len()).find(|step| is_fatal(plan, state, *step));
        let (effects, events, hopeful) = (Vec::new(), Vec::new(), VecDeque::new());
        Self { plan, state, now, effects, events, fatal, hopeful }
    }

    /// Starts what has become ready, ends the execution if everything is done, and says when
    /// to look again.
    pub(super) fn finish(mut self) -> Outcome {
        while let Some(step) = self.hopeful.pop_front() {
            self.start_if_ready(step);
        }
        self.end_if_done();
        if let Some(at) = self.next_wake() {
            self.effects.push(Effect::WakeAt(at));
        }
        Outcome { events: self.events, effects: self.effects }
    }

    /// Takes a fact in.
    pub(super) fn record(&mut self, event: Event) {
        self.state.apply(&event);
        if let Event::StepFailed { step, .. } = event
            && is_fatal(self.plan, self.state, step)
        {
            self.fatal = Some(self.fatal.map_or(step, |first| first.min(step)));
        }
        self.events.push(event);
    }

    /// Whether anything new may start.
    pub(super) fn may_start(&self) -> bool {
        self.state.status == Status::Running && self.fatal.is_none()
    }

    /// The steps that have started and not ended.
    pub(super) fn running_steps(&self) -> Vec<usize> {
        let is_running = |step: &usize| self.state.steps[*step].status == StepStatus::Running;
        (0..self.plan.len()).filter(is_running).collect()
    }

    /// Starts every step whose needs are met.
    pub(super) fn start_ready(&mut self) {
        self.hopeful.extend(0..self.plan.len());
    }

    /// A failed attempt: another one is scheduled if that may help.
    pub(super) fn fail_attempt(&mut self, key: AttemptKey, failure: Failure) {
        let again = self.may_retry(key, &failure);
        let retry_after_ms = failure.retry_after_ms;
        self.record(Event::AttemptFailed { key, failure });
        if again {
            self.schedule_retry(key, retry_after_ms);
        }
    }

    /// Whether another attempt may help, and the step is still worth it.
    pub(super) fn may_retry(&self, key: AttemptKey, failure: &Failure) -> bool {
        let step = self.plan.step(key.step);
        let state = &self.state.steps[key.step];
        let failed = &state.instances[key.instance].status;
        let others = state.failed - usize::from(matches!(failed, InstanceStatus::Failed { .. }));
        let is_lost = || others > 0 && self.fails_fast(key.step);
        failure.is_retryable
            && key.attempt < step.retry.max_attempts
            && self.fatal.is_none()
            && !is_lost()
    }

    pub(super) fn schedule_retry(&mut self, key: AttemptKey, retry_after_ms: Option<u64>) {
        let wait = self.plan.step(key.step).retry.wait(key.attempt, luck(self.state.seed, key));
        let asked = retry_after_ms.map_or(Duration::ZERO, Duration::from_millis);
        let at = self.now.plus(wait.max(asked.min(LONGEST_ASKED)));
        self.record(Event::RetryScheduled { key, at });
    }

    /// Starts an attempt; one whose parameters cannot be evaluated fails at once.
    pub(super) fn start_attempt(&mut self, key: AttemptKey) {
        let deadline = self.now.plus(self.plan.step(key.step).timeout);
        let order = self.order(key);
        self.record(Event::AttemptStarted { key, deadline });
        match order {
            Ok(order) => self.effects.push(Effect::StartAttempt { key, order }),
            Err(failure) => self.fail_attempt(key, failure),
        }
    }

    /// Looks at a step after something happened to its instances: starts more of them, or
    /// ends the step, so that what waited for it may start.
    pub(super) fn settle(&mut self, step: usize) {
        if self.state.steps[step].status.is_final() || self.state.status.is_final() {
            return;
        }
        let stops = self.start_instances(step);
        let state = &self.state.steps[step];
        let is_open = !state.active.is_empty() || state.started < state.instances.len();
        let goes_on = if stops { state.running() > 0 } else { is_open };
        if goes_on {
            return;
        }
        let failed = state.instances.iter().find_map(|instance| match &instance.status {
            InstanceStatus::Failed { failure } => Some(failure.clone()),
            _ => None,
        });
        match failed {
            Some(failure) => self.record(Event::StepFailed { step, failure }),
            None => self.record(Event::StepCompleted { step }),
        }
        self.start_dependants(step);
    }

    /// Starts instances that wait or whose backoff is over, as many as may run. Says whether
    /// a failed one keeps the others from starting.
    fn start_instances(&mut self, step: usize) -> bool {
        let max_parallel = self.plan.step(step).matrix.as_ref().map_or(1, |it| it.max_parallel);
        let fails_fast = self.fails_fast(step);
        let mut free = max_parallel.saturating_sub(self.state.steps[step].running());
        loop {
            let state = &self.state.steps[step];
            let stops = fails_fast && state.failed > 0;
            let next = state.next_due(self.now).filter(|_| !stops && free > 0 && self.may_start());
            let Some(instance) = next else { return stops };
            let key =
                AttemptKey { step, instance, attempt: state.instances[instance].attempts + 1 };
            self.start_attempt(key);
            free -= usize::from(self.state.is_running(key));
        }
    }

    /// Whether one failed instance is the end of the whole step.
    fn fails_fast(&self, step: usize) -> bool {
        self.plan.step(step).matrix.as_ref().is_none_or(|matrix| matrix.fail_fast)
    }

    fn start_dependants(&mut self, step: usize) {
        self.hopeful.extend(self.plan.dependants(step));
    }

    fn start_if_ready(&mut self, step: usize) {
        let is_ready = self.state.steps[step].status == StepStatus::Pending
            && self
                .plan
                .step(step)
                .needs
                .iter()
                .all(|need| self.state.steps[*need].status.is_final());
        if is_ready && self.may_start() {
            self.start_step(step);
        }
    }

    fn start_step(&mut self, step: usize) {
        let items = match self.condition(step) {
            Ok(true) => self.items(step),
            Ok(false) => {
                self.record(Event::StepSkipped { step });
                return self.start_dependants(step);
            }
            Err(failure) => Err(failure),
        };
        match items {
            Ok(None) => self.start_attempt(AttemptKey { step, instance: 0, attempt: 1 }),
            Ok(Some(items)) => self.record(Event::StepExpanded { step, items }),
            Err(failure) => {
                self.record(Event::StepFailed { step, failure });
                return self.start_dependants(step);
            }
        }
        self.settle(step);
    }

    fn end_if_done(&mut self) {
        if self.state.status.is_final() || self.state.status == Status::Queued {
            return;
        }
        if let Some(position) = self.fatal {
            if self.state.running().is_empty() {
                let failure = self.state.steps[position].failure.clone();
                let failure =
                    failure.unwrap_or_else(|| Failure::permanent("step_failed", "a step failed"));
                let step = Some(self.plan.step(position).id.clone());
                self.record(Event::ExecutionFailed { step, failure });
            }
            return;
        }
        if self.state.steps.iter().all(|step| step.status.is_final()) {
            match self.outputs() {
                Ok(outputs) => self.record(Event::ExecutionCompleted { outputs }),
                Err(failure) => self.record(Event::ExecutionFailed { step: None, failure }),
            }
        }
    }

    /// What the execution gives back: its declared outputs, or those of its last steps.
    fn outputs(&self) -> Result<Json, Failure> {
        if let Some(outputs) = &self.plan.definition().outputs {
            let scope = StepScope { plan: self.plan, state: self.state, matrix: None };
            return outputs
                .eval(&scope)
                .map_err(|error| expression_failure("the workflow's outputs", &error));
        }
        let mut last = Map::new();
        for (position, step) in self.plan.definition().steps.iter().enumerate() {
            if self.plan.dependants(position).is_empty() {
                last.insert(
                    step.id.clone(),
                    self.state.steps[position].outputs(step.matrix.is_some()),
                );
            }
        }
        Ok(Json::Object(last))
    }

    /// The earliest time at which something will be due. A backoff that is over already
    /// waits for something else: a free place or a resume.
    fn next_wake(&self) -> Option<Timestamp> {
        if self.state.status.is_final() {
            return None;
        }
        let steps = self.state.steps.iter().filter(|step| step.status == StepStatus::Running);
        let instances = steps.flat_map(StepState::active);
        instances
            .filter_map(|(_, instance)| match instance.status {
                InstanceStatus::Running { deadline } => Some(deadline),
                InstanceStatus::Backoff { until } if until > self.now => Some(until),
                _ => None,
            })
            .min()
    }
}

fn is_fatal(plan: &Plan, state: &State, step: usize) -> bool {
    state.steps[step].status == StepStatus::Failed && !plan.step(step).continue_on_error
}

/// A number in 0..1000 that depends on nothing but the attempt and the execution's seed
/// (the finaliser of splitmix64).
fn luck(seed: u64, key: AttemptKey) -> u32 {
    let mut word = seed
        .wrapping_add((key.step as u64) << 40)
        .wrapping_add((key.instance as u64) << 16)
        .wrapping_add(u64::from(key.attempt));
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((word ^ (word >> 31)) % 1000) as u32
}
