//! What one commit writes about one execution: its new facts and the rows that the API reads.

use std::collections::HashMap;

use base::{ExecutionId, OrganisationId};
use engine::{AttemptKey, Event, Plan, Status, StepStatus};
use serde_json::{Value as Json, json};

use super::handle::{Beside, NewExecution, ResultNote};
use super::live::Live;

/// The change of one execution in one commit.
pub(super) struct Change {
    pub organisation: OrganisationId,
    pub id: ExecutionId,
    pub plan: Plan,
    /// Present when the execution is made by this commit.
    pub created: Option<Box<NewExecution>>,
    /// Whose places it takes if it is made by this commit.
    pub displaces: Vec<ExecutionId>,
    /// What becomes durable together with it.
    pub beside: Vec<Beside>,
    /// Whether a process took it up again.
    pub is_recovery: bool,
    pub events: Vec<Fact>,
    pub notes: HashMap<AttemptKey, ResultNote>,
    pub head: Head,
    pub labels: HashMap<AttemptKey, String>,
    /// What others learn of it: workflow, project and title.
    pub workflow: String,
    pub project: Option<String>,
    pub title: String,
}

/// A fact with its number.
pub(super) struct Fact {
    pub seq: i64,
    pub event: Event,
}

/// The execution's own row after the change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    pub status: Status,
    pub outputs: Option<Json>,
    pub error: Option<Json>,
    pub completed_steps: i64,
    pub failed_steps: i64,
    pub percent: i64,
    pub running: Json,
    pub last_seq: i64,
    pub has_started: bool,
}

impl Change {
    pub(super) fn new(live: &Live) -> Self {
        Self {
            organisation: live.organisation,
            id: live.id,
            plan: live.plan.clone(),
            created: None,
            displaces: Vec::new(),
            beside: Vec::new(),
            is_recovery: false,
            events: Vec::new(),
            notes: HashMap::new(),
            head: Head::default(),
            labels: HashMap::new(),
            workflow: live.workflow.clone(),
            project: live.project.clone(),
            title: live.title.clone(),
        }
    }

    /// Whether an attempt begins to listen to events of the system.
    pub(super) fn listens(&self) -> bool {
        let begins = |event: &Event| matches!(event, Event::WaitStarted { listens: Some(_), .. });
        self.events.iter().any(|fact| begins(&fact.event))
    }

    /// Takes facts in, numbered after those that the execution has.
    pub(super) fn extend(&mut self, live: &mut Live, events: Vec<Event>) {
        for event in events {
            live.seq += 1;
            if let Event::AttemptStarted { key, .. } = &event
                && let Some(instance) = live.state.instance(key.step, key.instance)
            {
                self.labels.insert(*key, instance.label.clone());
            }
            self.head.has_started |=
                matches!(event, Event::ExecutionStarted { .. } | Event::AttemptResumed { .. });
            self.events.push(Fact { seq: live.seq, event });
        }
        let state = &live.state;
        self.head.status = state.shown();
        self.head.outputs.clone_from(&state.outputs);
        self.head.error = state.failure.as_ref().map(|(step, failure)| {
            json!({ "code": failure.code, "message": failure.message, "step": step })
        });
        // Where the execution did not end well, what it never reached is no progress.
        let has_ended_badly =
            matches!(state.status, Status::Failed | Status::Cancelled | Status::RolledBack);
        let skipped = if has_ended_badly { 0 } else { live.count(StepStatus::Skipped) };
        self.head.completed_steps = live.count(StepStatus::Completed) + skipped;
        self.head.failed_steps = live.count(StepStatus::Failed);
        self.head.running = json!(live.running_steps());
        self.head.last_seq = live.seq;
        self.head.percent = live.advance_percent();
    }
}
