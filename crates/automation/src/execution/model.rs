//! What the API tells of an execution.

use base::{ExecutionId, ResultId, Timestamp, Usage};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::status::{AttemptStatus, Status, StepStatus};
use crate::runner::{Charge, Made, NewExecution};

/// One run of one workflow revision.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Execution {
    /// Its id.
    pub id: ExecutionId,
    /// The workflow that it runs.
    pub workflow: ExecutionWorkflow,
    /// The project that it works for.
    pub project: Option<String>,
    /// What people see in lists.
    pub title: String,
    /// Its state.
    #[schema(value_type = Status)]
    pub status: String,
    /// What it was given.
    #[schema(value_type = Object)]
    pub inputs: Json,
    /// What it gave back.
    #[schema(value_type = Option<Object>)]
    pub outputs: Option<Json>,
    /// Why it failed.
    pub error: Option<ExecutionError>,
    /// How far it is.
    pub progress: Progress,
    /// `critical`, `high`, `medium` or `low`.
    pub priority: String,
    /// The model that answered, or that was asked for.
    pub model: Option<String>,
    /// The model that was asked for.
    #[serde(skip)]
    pub asked_model: Option<String>,
    /// What started it: `manual`, `api`, `schedule`, `webhook`, `event`, `workflow`, `retry`, …
    pub trigger: String,
    /// The ended execution that it continues.
    pub origin: Option<Origin>,
    /// What it is about beside its project, and whose budgets pay for it.
    pub charged_to: Option<Charge>,
    /// The step of another execution whose work it is.
    pub parent: Option<ParentStep>,
    /// The group of which only so many run at the same time.
    pub concurrency_group: Option<String>,
    /// Whether the scripted model answered: this is a rehearsal.
    pub scripted: bool,
    /// How often it was taken up again after a process died.
    pub recovered: i64,
    /// What its model calls used.
    pub usage: Usage,
    /// Who started it.
    pub started_by: StartedBy,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its turn came.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The number of the newest fact of its journal.
    #[serde(skip)]
    pub last_seq: i64,
}

impl Execution {
    /// An execution that is about to be made.
    pub(super) fn of(new: &NewExecution) -> Self {
        Self {
            id: new.id,
            workflow: ExecutionWorkflow {
                slug: new.workflow_slug.clone(),
                name: new.workflow_name.clone(),
                revision: new.workflow_revision,
            },
            project: new.project.clone(),
            title: new.title.clone(),
            status: engine::Status::Queued.as_str().to_owned(),
            inputs: new.inputs.clone(),
            outputs: None,
            error: None,
            progress: Progress {
                percent: 0,
                total_steps: new.plan.len() as i64,
                completed_steps: 0,
                failed_steps: 0,
                running: Vec::new(),
            },
            priority: new.priority.clone(),
            model: new.model.clone(),
            asked_model: new.model.clone(),
            trigger: new.trigger.to_owned(),
            origin: new.link.as_ref().map(|link| Origin {
                execution_id: link.execution,
                mode: link.mode.as_str().to_owned(),
            }),
            charged_to: new.charge.some().cloned(),
            parent: new.parent.as_ref().map(|parent| ParentStep {
                execution_id: parent.execution,
                step: parent.step.clone(),
            }),
            concurrency_group: new.group.as_ref().map(|group| group.name.clone()),
            scripted: false,
            recovered: 0,
            usage: Usage::default(),
            started_by: StartedBy {
                kind: new.starter.kind.to_owned(),
                name: new.starter.name.clone(),
            },
            created_at: Timestamp::EPOCH,
            started_at: None,
            finished_at: None,
            last_seq: 0,
        }
    }

    /// The same after the commit that made it.
    pub(super) fn made(mut self, made: Made) -> Self {
        let Made { at, head } = made;
        head.status.as_str().clone_into(&mut self.status);
        self.progress.percent = head.percent;
        self.progress.completed_steps = head.completed_steps;
        self.progress.failed_steps = head.failed_steps;
        self.progress.running = serde_json::from_value(head.running).unwrap_or_default();
        self.error = head.error.and_then(|error| serde_json::from_value(error).ok());
        self.outputs = head.outputs;
        self.created_at = at;
        self.started_at = head.has_started.then_some(at);
        self.finished_at = head.status.is_final().then_some(at);
        self
    }
}

/// The ended execution that another one continues.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ExecutionOrigin)]
pub(crate) struct Origin {
    /// Its id.
    pub execution_id: ExecutionId,
    /// `retry`, `resume`, `fork` or `rollback`.
    pub mode: String,
}

/// The step of another execution whose work an execution is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct ParentStep {
    /// The other execution.
    pub execution_id: ExecutionId,
    /// The step's key.
    pub step: String,
}

/// The workflow of an execution.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct ExecutionWorkflow {
    /// Its key.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The revision; `null` for a workflow that comes with the program or an ad-hoc one.
    pub revision: Option<i64>,
}

/// Why an execution, a step or an attempt failed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct ExecutionError {
    /// A stable word.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// The step, when the execution failed because of one.
    #[serde(default)]
    pub step: Option<String>,
}

/// How far an execution is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Progress {
    /// 0 to 100; it only rises.
    pub percent: i64,
    /// All steps.
    pub total_steps: i64,
    /// Those that ended well or were skipped.
    pub completed_steps: i64,
    /// Those that failed.
    pub failed_steps: i64,
    /// The ids of those that run now.
    pub running: Vec<String>,
}

/// Who started an execution.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct StartedBy {
    /// `user`, `api_key`, `schedule`, `webhook` or `event`.
    pub kind: String,
    /// Their name.
    pub name: String,
}

/// An execution with its steps.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct ExecutionDetail {
    /// The execution.
    #[serde(flatten)]
    pub execution: Execution,
    /// The number of the newest fact that this tells of: a stream `after` it brings the rest.
    pub last_seq: i64,
    /// When it fails if it has not ended.
    pub deadline: Option<Timestamp>,
    /// The executions that its steps have started.
    pub children: Vec<Child>,
    /// The executions that continue it, now that it has ended.
    pub continued_by: Vec<Continuation>,
    /// Its steps, in the workflow's order, then those that undo others.
    pub steps: Vec<Step>,
}

/// An execution that a step has started.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ExecutionChild)]
pub(super) struct Child {
    /// Its id.
    pub execution_id: ExecutionId,
    /// The step whose work it is.
    pub step: String,
    /// The instance of the step.
    pub instance: i64,
    /// Its state.
    #[schema(value_type = Status)]
    pub status: String,
}

/// An execution that continues one that has ended.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ExecutionContinuation)]
pub(super) struct Continuation {
    /// Its id.
    pub execution_id: ExecutionId,
    /// `retry`, `resume`, `fork` or `rollback`.
    pub mode: String,
    /// Its state.
    #[schema(value_type = Status)]
    pub status: String,
}

/// What a step was given and what it gave.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ExecutionStepData)]
pub(super) struct StepData {
    /// Its key.
    pub id: String,
    /// Its parameters with the expressions evaluated, one for each instance of a fan-out;
    /// `null` when it gets none or has not started.
    #[schema(value_type = Option<Object>)]
    pub inputs: Option<Json>,
    /// What it gave, one for each instance of a fan-out; `null` before that.
    #[schema(value_type = Option<Object>)]
    pub outputs: Option<Json>,
    /// The ids of its results, one for each instance that has ended well.
    pub results: Vec<ResultId>,
    /// The facts of the journal that are about it, the oldest first.
    pub events: Vec<JournalEntry>,
}

/// A place in the journal that a workflow marks.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ExecutionCheckpoint)]
pub(super) struct Checkpoint {
    /// The number of the fact.
    pub seq: i64,
    /// The step whose end it is.
    pub step: String,
    /// Its name.
    pub name: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A step of an execution.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ExecutionStep)]
pub(super) struct Step {
    /// Its key.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `agent`, `tool`, `workflow`, `wait`, `approval`, `gate` or `compensation`.
    pub kind: String,
    /// Its state.
    #[schema(value_type = StepStatus)]
    pub status: String,
    /// The steps that it waits for.
    pub needs: Vec<String>,
    /// The agent that works on it.
    pub agent: Option<String>,
    /// The command that the agent carries out.
    pub command: Option<String>,
    /// The tool that it calls.
    pub tool: Option<String>,
    /// Whether it fans out over a list.
    pub fan_out: bool,
    /// The name of the checkpoint that its end made.
    pub checkpoint: Option<String>,
    /// The step that it undoes.
    pub compensates: Option<String>,
    /// The step that undoes this one when the execution is rolled back.
    pub undone_by: Option<String>,
    /// How often this gate sent work back.
    pub rounds: i64,
    /// Why it failed.
    pub error: Option<ExecutionError>,
    /// When its first attempt started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What its model calls used.
    pub usage: Usage,
    /// Its instances: one, or one for each element of a fan-out.
    pub instances: Vec<Instance>,
}

/// One instance of a step.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = StepInstance)]
pub(super) struct Instance {
    /// Its number, from 0.
    pub index: i64,
    /// Its element, as people see it.
    pub label: String,
    /// The state of its last attempt.
    #[schema(value_type = AttemptStatus)]
    pub status: String,
    /// What it gave.
    #[schema(value_type = Option<Object>)]
    pub output: Option<Json>,
    /// The result it is recorded as.
    pub result_id: Option<ResultId>,
    /// Its attempts, the first one first.
    pub attempts: Vec<Attempt>,
}

/// One try at an instance of a step.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Attempt {
    /// Its number, from 1.
    pub number: i64,
    /// Its state.
    #[schema(value_type = AttemptStatus)]
    pub status: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<ExecutionError>,
    /// The agent that the dispatcher chose.
    pub agent: Option<String>,
    /// The result that it gave, also when the work was sent back and done again.
    pub result_id: Option<ResultId>,
    /// Until when it waits.
    pub wait_until: Option<Timestamp>,
    /// How many processes have died while it ran.
    pub deaths: i64,
    /// What its model calls used.
    pub usage: Usage,
    /// Its model calls, in order.
    pub calls: Vec<Call>,
}

/// One model call of an attempt.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = AttemptCall)]
pub(super) struct Call {
    /// Its id in the ledger.
    pub id: String,
    /// The model.
    pub model: String,
    /// The provider.
    pub provider: String,
    /// Whether the scripted model answered.
    pub scripted: bool,
    /// Whether the model was shown what was wrong with its answer before.
    pub repair: bool,
    /// Tokens sent.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// What it cost.
    pub cost_micros: i64,
    /// Whether tokens or cost are estimates.
    pub estimated: bool,
    /// How long it took.
    pub duration_ms: i64,
    /// When it started.
    pub started_at: Timestamp,
    /// `ok` or `error`.
    pub outcome: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// One fact of an execution's journal.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct JournalEntry {
    /// Its number, from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What: `attempt_started`, …
    pub kind: String,
    /// The details.
    #[schema(value_type = Object)]
    pub body: Json,
}
