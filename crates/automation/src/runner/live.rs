//! An execution in memory: its plan, its state and where its journal ends.

use std::collections::HashMap;

use base::{ExecutionId, OrganisationId, Timestamp};
use engine::{AttemptKey, Plan, State, StepStatus};
use tokio_util::sync::CancellationToken;

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
    /// Whether it takes one of the places of running executions.
    pub has_place: bool,
    /// The tasks of the attempts that run.
    pub tasks: HashMap<AttemptKey, CancellationToken>,
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
            has_place: false,
            tasks: HashMap::new(),
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

    /// How many steps are in this state.
    pub(super) fn count(&self, status: StepStatus) -> i64 {
        self.state.steps.iter().filter(|step| step.status == status).count() as i64
    }

    /// Progress in percent, counting the ended instances of a fan-out; it only rises.
    pub(super) fn advance_percent(&mut self) -> i64 {
        let total = self.state.steps.len().max(1) as f64;
        let done: f64 = self
            .state
            .steps
            .iter()
            .map(|step| match step.status {
                status if status.is_final() => 1.0,
                _ if step.instances.is_empty() => 0.0,
                _ => {
                    let ended =
                        step.instances.iter().filter(|instance| instance.status.is_final()).count();
                    ended as f64 / step.instances.len() as f64
                }
            })
            .sum();
        let percent = if self.state.status.is_final() {
            100.0
        } else {
            (done / total * 100.0).floor().min(99.0)
        };
        let completed =
            matches!(self.state.status, engine::Status::Failed | engine::Status::Cancelled);
        if !completed {
            self.percent = self.percent.max(percent as i64);
        }
        self.percent
    }
}
