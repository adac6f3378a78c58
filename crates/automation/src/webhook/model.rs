//! What the API tells of webhooks.

use base::{ExecutionId, Timestamp, WebhookId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// An address that other systems call to start a workflow.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// The slug of the workflow that it starts.
    pub workflow: String,
    /// What people call it.
    pub name: String,
    /// The path of its address; whole only when it is made or rotated, then its beginning.
    pub url: String,
    /// How the workflow's inputs are made; the body's fields of the same names when `null`.
    #[schema(value_type = Option<Object>)]
    pub inputs_mapping: Option<Json>,
    /// When it was called last with a right signature.
    pub last_used_at: Option<Timestamp>,
    /// Why the last call started nothing.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A webhook with what is told once.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct CreatedWebhook {
    /// The webhook, with its whole address.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What calls are signed with. It is not shown again.
    pub secret: String,
}

/// A webhook to add.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// The slug of the workflow to start.
    pub workflow: String,
    /// What people call it.
    pub name: String,
    /// The workflow's inputs; texts may hold expressions that read `body` and `headers`.
    /// When absent, the body's fields of the same names are the inputs.
    #[schema(value_type = Option<Object>)]
    pub inputs_mapping: Option<Json>,
}

/// The answer to a call.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Accepted {
    /// The execution that the call started, or had started before.
    pub execution_id: ExecutionId,
}
