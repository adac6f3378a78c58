//! The state of an execution: nothing but what its events say. [`State::apply`] is the
//! only place that changes it, live and in replay alike.

use std::collections::BTreeSet;

use base::Timestamp;
use serde_json::Value as Json;

use super::{AttemptKey, Event, Failure, Status, StepStatus};
use crate::Plan;

/// Where an execution stands.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The state that people see.
    pub status: Status,
    /// Its inputs.
    pub inputs: Json,
    /// Where its jitter comes from.
    pub seed: u64,
    /// Its steps, in the plan's order.
    pub steps: Vec<StepState>,
    /// What it gave back.
    pub outputs: Option<Json>,
    /// Why it failed, and in which step.
    pub failure: Option<(Option<String>, Failure)>,
}

/// Where a step stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepState {
    /// The state that people see.
    pub status: StepStatus,
    /// Its instances; empty until it starts.
    pub instances: Vec<InstanceState>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The instances that run or wait for their next attempt; with the two below, nobody has
    /// to look through ten thousand ended ones at each input.
    pub(crate) active: BTreeSet<usize>,
    /// How many instances have started; they start in order.
    pub(crate) started: usize,
    /// How many instances failed beyond their retries.
    pub(crate) failed: usize,
}

/// Where one instance of a step stands.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceState {
    /// How people see its element.
    pub label: String,
    /// Its element; null without a fan-out.
    pub item: Json,
    /// How far it is.
    pub status: InstanceStatus,
    /// How many attempts have started.
    pub attempts: u32,
}

/// How far an instance is.
#[derive(Debug, Clone, PartialEq)]
pub enum InstanceStatus {
    /// Has not started.
    Waiting,
    /// An attempt runs.
    Running {
        /// When it counts as failed.
        deadline: Timestamp,
    },
    /// Waits for its next attempt.
    Backoff {
        /// Not before this time.
        until: Timestamp,
    },
    /// Ended well.
    Completed {
        /// What it gave.
        output: Json,
    },
    /// Failed beyond its retries.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// Its step or execution ended before it did.
    Cancelled,
}

impl InstanceStatus {
    /// Whether it will never change again.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Completed { .. } | Self::Failed { .. } | Self::Cancelled)
    }
}

impl State {
    /// The state before the first event.
    pub fn new(plan: &Plan) -> Self {
        Self {
            status: Status::Queued,
            inputs: Json::Null,
            seed: 0,
            steps: vec![StepState::default(); plan.len()],
            outputs: None,
            failure: None,
        }
    }

    /// Takes a fact in.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::ExecutionCreated { inputs, seed } => {
                self.inputs = inputs.clone();
                self.seed = *seed;
            }
            Event::ExecutionStarted | Event::ExecutionResumed { .. } => {
                self.status = Status::Running;
            }
            Event::ExecutionPaused { .. } => self.status = Status::Paused,
            Event::StepExpanded { step, items } => {
                let step = &mut self.steps[*step];
                step.status = StepStatus::Running;
                step.instances = items
                    .iter()
                    .map(|item| InstanceState::new(item.label.clone(), item.value.clone()))
                    .collect();
            }
            Event::AttemptStarted { key, deadline } => {
                let step = &mut self.steps[key.step];
                step.status = StepStatus::Running;
                if step.instances.is_empty() {
                    step.instances.push(InstanceState::new(String::new(), Json::Null));
                }
                step.active.insert(key.instance);
                step.started = step.started.max(key.instance + 1);
                let instance = &mut step.instances[key.instance];
                instance.attempts = key.attempt;
                instance.status = InstanceStatus::Running { deadline: *deadline };
            }
            Event::AttemptResumed { key, deadline } => {
                self.instance_mut(*key).status = InstanceStatus::Running { deadline: *deadline };
            }
            Event::AttemptCompleted { key, output } => {
                self.steps[key.step].active.remove(&key.instance);
                self.instance_mut(*key).status =
                    InstanceStatus::Completed { output: output.clone() };
            }
            Event::AttemptFailed { key, failure } => {
                self.steps[key.step].active.remove(&key.instance);
                self.steps[key.step].failed += 1;
                self.instance_mut(*key).status =
                    InstanceStatus::Failed { failure: failure.clone() };
            }
            Event::RetryScheduled { key, at } => {
                self.steps[key.step].active.insert(key.instance);
                self.steps[key.step].failed -= 1;
                self.instance_mut(*key).status = InstanceStatus::Backoff { until: *at };
            }
            Event::StepCompleted { step } => self.steps[*step].status = StepStatus::Completed,
            Event::StepFailed { step, failure } => {
                self.steps[*step].status = StepStatus::Failed;
                self.steps[*step].failure = Some(failure.clone());
                self.steps[*step].cancel_open();
            }
            Event::StepSkipped { step } => self.steps[*step].status = StepStatus::Skipped,
            Event::ExecutionCompleted { outputs } => {
                self.status = Status::Completed;
                self.outputs = Some(outputs.clone());
            }
            Event::ExecutionFailed { step, failure } => {
                self.status = Status::Failed;
                self.failure = Some((step.clone(), failure.clone()));
                self.end();
            }
            Event::ExecutionCancelled { .. } => {
                self.status = Status::Cancelled;
                self.end();
            }
        }
    }

    /// Whether this attempt runs now, so that its news is wanted.
    pub fn is_running(&self, key: AttemptKey) -> bool {
        let instance = self.steps.get(key.step).and_then(|step| step.instances.get(key.instance));
        instance.is_some_and(|instance| {
            instance.attempts == key.attempt
                && matches!(instance.status, InstanceStatus::Running { .. })
        })
    }

    /// The attempts that run now.
    pub fn running(&self) -> Vec<AttemptKey> {
        let mut keys = Vec::new();
        for (step, state) in self.steps.iter().enumerate() {
            for instance in &state.active {
                let attempt = &state.instances[*instance];
                if matches!(attempt.status, InstanceStatus::Running { .. }) {
                    keys.push(AttemptKey { step, instance: *instance, attempt: attempt.attempts });
                }
            }
        }
        keys
    }

    fn instance_mut(&mut self, key: AttemptKey) -> &mut InstanceState {
        &mut self.steps[key.step].instances[key.instance]
    }

    /// Steps that are still open get their last state: those that never started are
    /// skipped, those that had are cancelled.
    fn end(&mut self) {
        for step in &mut self.steps {
            match step.status {
                StepStatus::Pending => step.status = StepStatus::Skipped,
                StepStatus::Running => step.status = StepStatus::Cancelled,
                StepStatus::Completed
                | StepStatus::Failed
                | StepStatus::Skipped
                | StepStatus::Cancelled => {}
            }
            step.cancel_open();
        }
    }
}

impl InstanceState {
    fn new(label: String, item: Json) -> Self {
        Self { label, item, status: InstanceStatus::Waiting, attempts: 0 }
    }

    /// What it gave; null when it gave nothing.
    pub fn output(&self) -> Json {
        match &self.status {
            InstanceStatus::Completed { output } => output.clone(),
            _ => Json::Null,
        }
    }
}

impl StepState {
    /// Instances that have not ended never will.
    fn cancel_open(&mut self) {
        self.active.clear();
        self.started = self.instances.len();
        for instance in &mut self.instances {
            if !instance.status.is_final() {
                instance.status = InstanceStatus::Cancelled;
            }
        }
    }

    /// The instances that run or wait for their next attempt.
    pub(crate) fn active(&self) -> impl Iterator<Item = (usize, &InstanceState)> {
        self.active.iter().map(|instance| (*instance, &self.instances[*instance]))
    }

    /// How many attempts run.
    pub(crate) fn running(&self) -> usize {
        let is_running =
            |instance: &InstanceState| matches!(instance.status, InstanceStatus::Running { .. });
        self.active().filter(|(_, instance)| is_running(instance)).count()
    }

    /// The next instance of which an attempt may start, as far as the time is concerned.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<usize> {
        let is_due = |instance: &InstanceState| match instance.status {
            InstanceStatus::Backoff { until } => until <= now,
            _ => false,
        };
        let again = self.active().find(|(_, instance)| is_due(instance));
        let first = (self.started < self.instances.len()).then_some(self.started);
        again.map(|(instance, _)| instance).or(first)
    }

    /// What the step gave: its output, or the list of its instances' outputs when it fans
    /// out (null where an instance failed, so that positions stay right).
    pub fn outputs(&self, is_fan_out: bool) -> Json {
        if is_fan_out {
            return Json::Array(self.instances.iter().map(InstanceState::output).collect());
        }
        self.instances.first().map_or(Json::Null, InstanceState::output)
    }
}
