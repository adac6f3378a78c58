//! What the API tells of event triggers.

use base::{EventTriggerId, ExecutionId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// An event of the system that starts a workflow.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct EventTrigger {
    /// Its id.
    pub id: EventTriggerId,
    /// The slug of the workflow that it starts.
    pub workflow: String,
    /// The kind of event: `work_item.moved`, `execution.completed`, …
    pub event: String,
    /// It starts only when this holds; reads `event`.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The workflow's inputs; expressions read `event`.
    #[schema(value_type = Object)]
    pub inputs: Json,
    /// Where it comes from; one that a definition declares is changed there.
    pub source: TriggerSource,
    /// The last time that it started something, or could not.
    pub last_run: Option<LastRun>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where a trigger comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TriggerSource {
    /// The definition declares it under `on`.
    Definition,
    /// Somebody added it.
    Added,
}

impl TriggerSource {
    pub(crate) const fn of(is_declared: bool) -> Self {
        if is_declared { Self::Definition } else { Self::Added }
    }
}

/// The last time that a trigger had something to do.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = TriggerRun)]
pub(crate) struct LastRun {
    /// When that was.
    pub at: Timestamp,
    /// The execution that it started.
    pub execution_id: Option<ExecutionId>,
    /// The execution's state; or `skipped` or `failed` when none was started.
    pub status: String,
    /// Why none was started.
    pub error: Option<String>,
}

impl LastRun {
    /// What three columns and the state of the execution say.
    pub(crate) fn of(
        at: Option<Timestamp>,
        execution_id: Option<ExecutionId>,
        state: Option<String>,
        error: Option<String>,
    ) -> Option<Self> {
        let nothing = if error.is_some() { "failed" } else { "skipped" };
        let status = state.unwrap_or_else(|| nothing.to_owned());
        Some(Self { at: at?, execution_id, status, error })
    }
}

/// An event trigger to add.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEventTrigger {
    /// The slug of the workflow to start.
    pub workflow: String,
    /// The kind of event: `work_item.moved`, `execution.completed`, …
    pub event: String,
    /// Start only when this holds; reads `event`, the event's details with its `kind`.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The workflow's inputs; texts may hold expressions that read `event`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub inputs: Option<Json>,
}
