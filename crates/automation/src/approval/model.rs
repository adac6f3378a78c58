//! What the API tells of an approval.

use base::{ApprovalId, ExecutionId, Timestamp};
use engine::{ApprovalRequest, Decision};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A question of an execution to people.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The execution that asks.
    pub execution_id: ExecutionId,
    /// How people see that execution.
    pub execution_title: String,
    /// The workflow that it runs.
    pub workflow: String,
    /// How people see that workflow.
    pub workflow_name: String,
    /// The key of the project that the execution works for.
    pub project: Option<String>,
    /// The step that waits.
    pub step: String,
    /// The instance of the step, from 0.
    pub instance: i64,
    /// What is asked, in a line.
    pub title: String,
    /// What people need to know; Markdown.
    pub message: String,
    /// E-mail addresses or ids of those who are asked.
    pub people: Vec<String>,
    /// Roles of those who are asked.
    pub roles: Vec<String>,
    /// `any`, `all` or `{"quorum": n}`.
    #[schema(value_type = Object)]
    pub rule: Json,
    /// What is filled in, by field: `type`, `description`, `required`, `options`.
    #[schema(value_type = Object)]
    pub form: Json,
    /// `pending`, `approved`, `rejected`, `expired` or `cancelled`.
    pub status: String,
    /// Whether others were asked as well because nobody answered.
    pub escalated: bool,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// When it is over.
    pub expires_at: Option<Timestamp>,
    /// When others are asked as well.
    pub escalates_at: Option<Timestamp>,
    /// When it was decided, expired or was given up.
    pub decided_at: Option<Timestamp>,
    /// Who started the execution.
    pub requested_by: String,
    /// What has been decided so far.
    pub decisions: Vec<DecisionView>,
    /// Whether whoever asks may decide now.
    pub can_decide: bool,
}

/// What somebody decided.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ApprovalDecision)]
pub(super) struct DecisionView {
    /// Their name.
    pub by: String,
    /// Whether they agree.
    pub approve: bool,
    /// Why.
    pub comment: String,
    /// What they filled in.
    #[schema(value_type = Object)]
    pub form: Json,
    /// When.
    pub at: Timestamp,
}

impl From<&Decision> for DecisionView {
    fn from(decision: &Decision) -> Self {
        Self {
            by: decision.by.name.clone(),
            approve: decision.approve,
            comment: decision.comment.clone(),
            form: decision.form.clone(),
            at: decision.at,
        }
    }
}

/// A decision.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decide {
    /// Whether you agree.
    pub approve: bool,
    /// Why.
    #[serde(default)]
    pub comment: String,
    /// What you fill in.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Json,
}

/// A user who started an execution.
pub(super) struct Requester {
    pub email: String,
    /// Whether they may decide about everything.
    pub is_admin: bool,
}

/// An approval's row with what it says of its execution.
pub(super) struct Row {
    pub id: ApprovalId,
    pub execution: ExecutionId,
    pub execution_title: String,
    pub workflow: String,
    pub workflow_name: String,
    pub project: Option<String>,
    pub requester: String,
    pub requested_by: String,
    pub step: String,
    pub instance: i64,
    pub request: ApprovalRequest,
    pub decisions: Vec<Decision>,
    pub status: String,
    pub escalated: bool,
    pub requested_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}
