//! The state of an execution: nothing but what its events say. [`State::apply`] is the
//! only place that changes it, live and in replay alike.

use std::collections::BTreeSet;

use base::Timestamp;
use serde_json::Value as Json;

use super::approval::ApprovalState;
use super::{AttemptKey, Failure, Origin, Status, StepStatus};
use crate::Plan;
use crate::definition::Action;

/// Where an execution stands.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// How far it is; what people see is [`State::shown`].
    pub status: Status,
    /// Its inputs.
    pub inputs: Json,
    /// Where its jitter comes from.
    pub seed: u64,
    /// The ended execution that it continues.
    pub origin: Option<Origin>,
    /// Its steps in the plan's order, then their compensations.
    pub steps: Vec<StepState>,
    /// Signals that nobody has waited for yet, oldest first.
    pub signals: Vec<Signal>,
    /// When it counts as failed, if it has not ended.
    pub deadline: Option<Timestamp>,
    /// What it gave back.
    pub outputs: Option<Json>,
    /// Why it failed, and in which step.
    pub failure: Option<(Option<String>, Failure)>,
    /// Steps that have done something, in the order in which they ended.
    pub(crate) done: Vec<usize>,
    /// Whether its turn has come.
    pub(crate) is_started: bool,
    /// How many facts there are.
    pub(crate) events: u64,
    /// How many bytes they hold, about.
    pub(crate) bytes: usize,
    /// How many of the steps are compensations; they stand last.
    pub(crate) compensations: usize,
}

/// A signal that came before anybody waited for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its name.
    pub name: String,
    /// What came with it.
    pub payload: Json,
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
    /// What a gate said when it sent work back to it.
    pub feedback: Json,
    /// How often this gate has sent work back.
    pub rounds: u32,
    /// Whether it cannot give anything because something that it needs failed.
    pub(crate) is_lost: bool,
    /// Attempts that were made before a gate sent work back; their numbers are used up.
    pub(crate) used_attempts: u32,
    /// What ended well before a gate sent work back: it gives nothing to other steps, but a
    /// rollback undoes it. What has been done well again since is cancelled here.
    pub(crate) earlier: Vec<InstanceState>,
    /// The instances that run, are parked or wait for their next attempt; with the counts
    /// below, nobody has to look through ten thousand ended ones at each input.
    pub(crate) active: BTreeSet<usize>,
    /// The instances that have not started.
    pub(crate) waiting: BTreeSet<usize>,
    /// How many instances failed beyond their retries.
    pub(crate) failed: usize,
    /// How many instances have ended.
    pub(crate) ended: usize,
}

/// Where one instance of a step stands.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceState {
    /// How people see its element.
    pub label: String,
    /// Its element; null without a fan-out, the last output in a loop.
    pub item: Json,
    /// How far it is.
    pub status: InstanceStatus,
    /// The number of its latest attempt.
    pub attempts: u32,
    /// The number of its first attempt less one.
    pub(crate) before: u32,
    /// How many processes have died while its present attempt ran.
    pub(crate) deaths: u32,
    /// Whether its present attempt waits until it may go on alone.
    pub(crate) is_held: bool,
    /// The agents that were chosen for its attempts, the present one last.
    pub(crate) agents: Vec<String>,
    /// Whether the last of them is for the present attempt.
    pub(crate) is_chosen: bool,
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
    /// An attempt waits for a time, a signal or people; nothing runs for it.
    Parked {
        /// When the wait is over.
        until: Option<Timestamp>,
        /// For what.
        on: Parking,
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

/// What a parked instance waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Parking {
    /// Nothing but the time.
    Time,
    /// A signal of this name, or an event of the system that is called so.
    Signal(String),
    /// People.
    People(Box<ApprovalState>),
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
            origin: None,
            steps: vec![StepState::default(); plan.total()],
            signals: Vec::new(),
            deadline: None,
            outputs: None,
            failure: None,
            done: Vec::new(),
            is_started: false,
            events: 0,
            bytes: 0,
            compensations: plan.total() - plan.len(),
        }
    }

    /// The state that people see: it waits for approval when people are asked and nothing
    /// else is under way.
    pub fn shown(&self) -> Status {
        if self.status != Status::Running {
            return self.status;
        }
        let mut asks = false;
        for (_, instance) in self.steps.iter().flat_map(StepState::active) {
            match instance.status {
                InstanceStatus::Parked { on: Parking::People(_), .. } => asks = true,
                _ => return Status::Running,
            }
        }
        if asks { Status::WaitingApproval } else { Status::Running }
    }

    /// An instance, if there is such a one.
    pub fn instance(&self, step: usize, instance: usize) -> Option<&InstanceState> {
        self.steps.get(step)?.instances.get(instance)
    }

    /// Whether this attempt runs now, so that its news is wanted.
    pub fn is_running(&self, key: AttemptKey) -> bool {
        self.instance(key.step, key.instance).is_some_and(|instance| {
            instance.attempts == key.attempt
                && matches!(instance.status, InstanceStatus::Running { .. })
        })
    }

    /// Whether this attempt is suspected of having killed its process, and has not begun again.
    pub fn is_held(&self, key: AttemptKey) -> bool {
        let instance = self.instance(key.step, key.instance);
        self.is_running(key) && instance.is_some_and(|instance| instance.is_held)
    }

    /// The approval that this instance waits for.
    pub fn approval(&self, step: usize, instance: usize) -> Option<&ApprovalState> {
        match &self.instance(step, instance)?.status {
            InstanceStatus::Parked { on: Parking::People(approval), .. } => Some(approval),
            _ => None,
        }
    }

    /// The attempts that run now.
    pub fn running(&self) -> Vec<AttemptKey> {
        let mut keys = Vec::new();
        for (step, state) in self.steps.iter().enumerate() {
            keys.extend(state.running_keys(step));
        }
        keys
    }

    /// Whether its turn has come.
    pub const fn has_begun(&self) -> bool {
        self.is_started
    }

    /// Whether it has begun and does nothing itself: it waits for people, a time, a signal,
    /// its next attempt or another execution.
    pub fn only_waits(&self, plan: &Plan) -> bool {
        let is_begun = match self.status {
            Status::Running | Status::Paused => self.is_started,
            Status::RollingBack => true,
            _ => false,
        };
        let works = |step: usize| {
            let is_work = !matches!(plan.step(step).action, Action::Workflow { .. });
            is_work && self.steps[step].running_keys(step).next().is_some()
        };
        let is_open = |step: &usize| self.steps[*step].status == StepStatus::Running;
        is_begun && !(0..self.steps.len()).filter(is_open).any(works)
    }

    /// How many facts its journal has.
    pub const fn events(&self) -> u64 {
        self.events
    }

    pub(super) fn instance_mut(&mut self, key: AttemptKey) -> &mut InstanceState {
        &mut self.steps[key.step].instances[key.instance]
    }
}

impl InstanceState {
    pub(super) const fn new(label: String, item: Json, before: u32) -> Self {
        Self {
            label,
            item,
            status: InstanceStatus::Waiting,
            attempts: before,
            before,
            deaths: 0,
            is_held: false,
            agents: Vec::new(),
            is_chosen: false,
        }
    }

    /// What it gave; null when it gave nothing.
    pub fn output(&self) -> Json {
        match &self.status {
            InstanceStatus::Completed { output } => output.clone(),
            _ => Json::Null,
        }
    }

    /// How many processes have died while its present attempt ran.
    pub const fn deaths(&self) -> u32 {
        self.deaths
    }

    /// The agent that the dispatcher chose for the present attempt.
    pub fn chosen(&self) -> Option<&str> {
        self.agents.last().filter(|_| self.is_chosen).map(String::as_str)
    }

    /// Whether it has ended well.
    pub(crate) const fn ended_well(&self) -> bool {
        matches!(self.status, InstanceStatus::Completed { .. })
    }

    /// How many attempts there were since it was new, the present one included.
    pub(crate) const fn tries(&self) -> u32 {
        self.attempts - self.before
    }
}

impl StepState {
    /// The instances that run, are parked or wait for their next attempt.
    pub(crate) fn active(&self) -> impl Iterator<Item = (usize, &InstanceState)> {
        self.active.iter().map(|instance| (*instance, &self.instances[*instance]))
    }

    /// How many of its instances have ended, in 0 to 1.
    pub fn progress(&self) -> f64 {
        if self.status.is_final() {
            return 1.0;
        }
        self.ended as f64 / self.instances.len().max(1) as f64
    }

    /// How many attempts run.
    pub(crate) fn running(&self) -> usize {
        let is_running =
            |instance: &InstanceState| matches!(instance.status, InstanceStatus::Running { .. });
        self.active().filter(|(_, instance)| is_running(instance)).count()
    }

    pub(crate) fn running_keys(&self, step: usize) -> impl Iterator<Item = AttemptKey> + '_ {
        self.active().filter_map(move |(instance, state)| {
            let runs = matches!(state.status, InstanceStatus::Running { .. });
            runs.then_some(AttemptKey { step, instance, attempt: state.attempts })
        })
    }

    /// The next instance of which an attempt may start, as far as the time is concerned.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<usize> {
        let is_due = |instance: &InstanceState| match instance.status {
            InstanceStatus::Backoff { until } => until <= now,
            _ => false,
        };
        let again = self.active().find(|(_, instance)| is_due(instance));
        again.map(|(instance, _)| instance).or_else(|| self.waiting.first().copied())
    }

    /// What the step gave: its output (the last one of a loop), or the list of its
    /// instances' outputs when it fans out (null where an instance failed, so that positions
    /// stay right).
    pub fn outputs(&self, is_fan_out: bool) -> Json {
        if is_fan_out {
            return Json::Array(self.instances.iter().map(InstanceState::output).collect());
        }
        self.instances.last().map_or(Json::Null, InstanceState::output)
    }

    /// Instances that have not ended never will.
    pub(super) fn cancel_open(&mut self) {
        self.active.clear();
        self.waiting.clear();
        self.ended = self.instances.len();
        for instance in &mut self.instances {
            if !instance.status.is_final() {
                instance.status = InstanceStatus::Cancelled;
            }
        }
    }
}
