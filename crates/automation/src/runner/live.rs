//! An execution in memory: its plan, its state and where its journal ends.

use std::collections::HashMap;

use base::{ExecutionId, OrganisationId, Timestamp};
use engine::definition::Action;
use engine::{AttemptKey, Plan, State, Status, StepState, StepStatus};
use tokio_util::sync::CancellationToken;

use super::handle::{Charge, Group, Starter};
use super::perform::Payer;
use super::queue::Waiting;
use super::waits::Kind;

/// An execution that has not ended.
pub(super) struct Live {
    pub organisation: OrganisationId,
    pub id: ExecutionId,
    pub plan: Plan,
    pub state: State,
    /// The number of the last fact.
    pub seq: i64,
    /// The model that it was asked to use.
    pub model: Option<String>,
    /// The model that has answered, and the agent it answered for.
    pub author: Author,
    /// How far it was at most, so that progress never goes back.
    pub percent: i64,
    /// When something is due.
    pub wake: Option<Timestamp>,
    /// The workflow's slug.
    pub workflow: String,
    /// What people see in lists.
    pub title: String,
    /// The project that it works for.
    pub project: Option<String>,
    /// What it is about beside that.
    pub charge: Charge,
    /// `critical`, `high`, `medium` or `low`.
    pub priority: String,
    /// Who started it.
    pub starter: Starter,
    /// Which executions it may not run beside.
    pub group: Option<Group>,
    /// The attempt of another execution that waits for it.
    pub parent: Option<Waiter>,
    /// How many executions stand above it.
    pub depth: i64,
    /// The tasks of the attempts that run.
    pub tasks: HashMap<AttemptKey, CancellationToken>,
    /// The attempts that are told of events of the system, and of which.
    pub listens: Vec<(AttemptKey, Kind)>,
}

/// The attempt of another execution that waits for one.
#[derive(Debug, Clone)]
pub(super) struct Waiter {
    pub execution: ExecutionId,
    pub step: String,
    pub instance: usize,
    pub attempt: u32,
}

/// Whose work an execution's results are.
#[derive(Debug, Clone, Default)]
pub(super) struct Author {
    pub agent: Option<String>,
    pub model: Option<String>,
    pub scripted: bool,
}

impl Live {
    pub(super) fn new(
        organisation: OrganisationId,
        id: ExecutionId,
        plan: Plan,
        state: State,
        seq: i64,
    ) -> Self {
        Self {
            organisation,
            id,
            plan,
            state,
            seq,
            model: None,
            author: Author::default(),
            percent: 0,
            wake: None,
            workflow: String::new(),
            title: String::new(),
            project: None,
            charge: Charge::default(),
            priority: "medium".to_owned(),
            starter: Starter::default(),
            group: None,
            parent: None,
            depth: 0,
            tasks: HashMap::new(),
            listens: Vec::new(),
        }
    }

    /// It with a state of its own, for work that may be taken back.
    pub(super) fn copy(&self) -> Self {
        let (plan, state) = (self.plan.clone(), self.state.clone());
        Self {
            model: self.model.clone(),
            author: self.author.clone(),
            percent: self.percent,
            wake: self.wake,
            workflow: self.workflow.clone(),
            title: self.title.clone(),
            project: self.project.clone(),
            ..Self::new(self.organisation, self.id, plan, state, self.seq)
        }
    }

    /// The id of an attempt's step.
    pub(super) fn step_id(&self, key: AttemptKey) -> String {
        self.plan.step(key.step).id.clone()
    }

    /// The model that an attempt is to ask, where its step or the execution names one.
    pub(super) fn model_of(&self, key: AttemptKey) -> Option<&str> {
        let of_step = match &self.plan.step(key.step).action {
            Action::Agent { model, .. } => model.as_deref(),
            Action::Tool { .. }
            | Action::Workflow { .. }
            | Action::Wait(_)
            | Action::Approval(_)
            | Action::Gate(_) => None,
        };
        of_step.or(self.model.as_deref())
    }

    /// Whose money an attempt spends, and how much of it.
    pub(super) fn payer(&self, key: AttemptKey) -> Payer {
        Payer {
            user: self.starter.person(),
            key: self.starter.key,
            project: self.project.clone(),
            charge: self.charge.clone(),
            department: None,
            execution_cap: self.plan.definition().budget.map(|budget| budget.cap),
            step_cap: self.plan.step(key.step).budget.map(|budget| budget.cap),
        }
    }

    /// It as the queue sees it.
    pub(super) fn waiting(&self, since: Timestamp) -> Waiting {
        Waiting {
            id: self.id,
            organisation: self.organisation,
            project: self.project.clone(),
            group: self.group.clone(),
            since,
        }
    }

    /// The ids of the steps that run.
    pub(super) fn running_steps(&self) -> Vec<&str> {
        let steps = self.state.steps.iter().enumerate();
        steps
            .filter(|(_, step)| step.status == StepStatus::Running)
            .map(|(position, _)| self.plan.step(position).id.as_str())
            .collect()
    }

    /// How many steps are in this state; compensations are not counted.
    pub(super) fn count(&self, status: StepStatus) -> i64 {
        let steps = self.state.steps[..self.plan.len()].iter();
        steps.filter(|step| step.status == status).count() as i64
    }

    /// Progress in percent, counting the ended instances of a fan-out; it only rises.
    pub(super) fn advance_percent(&mut self) -> i64 {
        let total = self.plan.len().max(1) as f64;
        let done: f64 = self.state.steps[..self.plan.len()].iter().map(StepState::progress).sum();
        let percent = match self.state.status {
            Status::Completed => 100.0,
            Status::Queued | Status::Running | Status::WaitingApproval | Status::Paused => {
                (done / total * 100.0).floor().min(99.0)
            }
            // What it never reached, or is undone, is no progress.
            Status::RollingBack | Status::Failed | Status::Cancelled | Status::RolledBack => 0.0,
        };
        self.percent = self.percent.max(percent as i64);
        self.percent
    }
}
