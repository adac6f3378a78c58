//! What all inputs share: recording facts, starting what is ready, ending what is done.

use base::Timestamp;
use serde_json::{Map, Value as Json};

use super::Outcome;
use super::order::expression_failure;
use crate::execution::StepScope;
use crate::{AttemptKey, Effect, Event, Failure, InstanceStatus, Plan, State, Status, StepStatus};

/// One input being worked in.
pub(super) struct Advance<'a> {
    pub(super) plan: &'a Plan,
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) effects: Vec<Effect>,
    events: Vec<Event>,
}

impl<'a> Advance<'a> {
    pub(super) fn new(plan: &'a Plan, state: &'a mut State, now: Timestamp) -> Self {
        Self { plan, state, now, effects: Vec::new(), events: Vec::new() }
    }

    /// Ends the execution if everything is done, and says when to look again.
    pub(super) fn finish(mut self) -> Outcome {
        self.end_if_done();
        if !self.events.is_empty()
            && !self.state.status.is_final()
            && let Some(at) = self.next_wake()
        {
            self.effects.push(Effect::WakeAt(at));
        }
        Outcome { events: self.events, effects: self.effects }
    }

    /// Takes a fact in.
    pub(super) fn record(&mut self, event: Event) {
        self.state.apply(&event);
        self.events.push(event);
    }

    /// Whether anything new may start.
    pub(super) fn may_start(&self) -> bool {
        self.state.status == Status::Running && self.fatal().is_none()
    }

    /// Starts every step whose needs are met.
    pub(super) fn start_ready(&mut self) {
        for step in 0..self.plan.len() {
            self.start_if_ready(step);
        }
    }

    /// A failed attempt: another one is scheduled if that may help.
    pub(super) fn fail_attempt(&mut self, key: AttemptKey, failure: Failure) {
        let retry = &self.plan.step(key.step).retry;
        let again =
            failure.is_retryable && key.attempt < retry.max_attempts && self.fatal().is_none();
        let asked = failure
            .retry_after_ms
            .map_or(std::time::Duration::ZERO, std::time::Duration::from_millis);
        let wait = retry.wait(key.attempt, luck(self.state.seed, key)).max(asked);
        self.record(Event::AttemptFailed { key, failure });
        if again {
            self.record(Event::RetryScheduled { key, at: self.now.plus(wait) });
        }
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
    /// ends the step and starts what waited for it.
    pub(super) fn settle(&mut self, step: usize) {
        if self.state.steps[step].status.is_final() || self.state.status.is_final() {
            return;
        }
        let definition = self.plan.step(step);
        let (fail_fast, max_parallel) = definition
            .matrix
            .as_ref()
            .map_or((true, 1), |matrix| (matrix.fail_fast, matrix.max_parallel));
        loop {
            let instances = &self.state.steps[step].instances;
            let failed = instances.iter().find_map(|instance| match &instance.status {
                InstanceStatus::Failed { failure } => Some(failure.clone()),
                _ => None,
            });
            let running = instances
                .iter()
                .filter(|instance| matches!(instance.status, InstanceStatus::Running { .. }))
                .count();
            let waiting =
                instances.iter().position(|instance| instance.status == InstanceStatus::Waiting);
            let backing_off = instances
                .iter()
                .any(|instance| matches!(instance.status, InstanceStatus::Backoff { .. }));
            let stops = failed.is_some() && fail_fast;
            if let (Some(instance), false, true) =
                (waiting, stops, running < max_parallel && self.may_start())
            {
                self.start_attempt(AttemptKey { step, instance, attempt: 1 });
                continue;
            }
            let is_over = running == 0 && (stops || (waiting.is_none() && !backing_off));
            if !is_over {
                return;
            }
            match failed {
                Some(failure) => self.record(Event::StepFailed { step, failure }),
                None => self.record(Event::StepCompleted { step }),
            }
            self.start_dependants(step);
            return;
        }
    }

    fn start_dependants(&mut self, step: usize) {
        let plan = self.plan;
        for dependant in plan.dependants(step) {
            self.start_if_ready(*dependant);
        }
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

    /// The failed step that fails the whole execution.
    fn fatal(&self) -> Option<usize> {
        let mut steps = self.state.steps.iter().enumerate();
        steps
            .find(|(position, step)| {
                step.status == StepStatus::Failed && !self.plan.step(*position).continue_on_error
            })
            .map(|(position, _)| position)
    }

    fn end_if_done(&mut self) {
        if self.state.status.is_final() || self.state.status == Status::Queued {
            return;
        }
        if let Some(position) = self.fatal() {
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

    /// The earliest time at which something will be due.
    fn next_wake(&self) -> Option<Timestamp> {
        let instances = self.state.steps.iter().flat_map(|step| &step.instances);
        instances
            .filter_map(|instance| match instance.status {
                InstanceStatus::Running { deadline } => Some(deadline),
                InstanceStatus::Backoff { until } => Some(until),
                _ => None,
            })
            .min()
    }
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
