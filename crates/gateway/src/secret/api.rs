//! The handlers of the keys that seal secrets.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::routes;
use web::{Access, AuditEntry, Ctx, Error, Json, Permission, Problem, Result, Routes};

use super::{Rotation, SecretError, Secrets};
use crate::Gateway;

/// The routes of the keys.
pub(crate) fn routes(gateway: Gateway) -> Routes {
    Routes::new()
        .add(Access::Permission(Permission::ManageSettings), routes!(show))
        .add(Access::Permission(Permission::ManageSettings), routes!(rotate))
        .with_state(gateway)
}

/// What seals the organisation's secrets.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeyState {
    /// The name of the master key; it says nothing about the key itself.
    master_key: String,
    /// Where new secrets are kept: `database` or `vault`.
    kept_in: &'static str,
    /// How many secrets there are, by where they are kept.
    secrets: Vec<KeptCount>,
}

/// How many secrets are kept in one place.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeptCount {
    /// `database` or `vault`.
    kept_in: String,
    /// How many.
    count: i64,
}

/// What to replace.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotationRequest {
    /// Replace the master key in the data folder too.
    #[serde(default)]
    master: bool,
}

/// Show what seals the organisation's secrets; no key is given out.
#[utoipa::path(get, path = "/api/v1/settings/keys", operation_id = "get_keys_at_rest", tag = "settings",
    responses((status = 200, description = "The keys' names", body = KeyState)))]
async fn show(ctx: Ctx, State(gateway): State<Gateway>) -> Result<Json<KeyState>> {
    let secrets = gateway.secrets().ok_or_else(without_database)?;
    let mut tx = ctx.read().await?;
    let counts = Secrets::counts(&mut tx, ctx.organisation()?).await?;
    let kept = |(kept_in, count)| KeptCount { kept_in, count };
    Ok(Json(KeyState {
        master_key: secrets.master_id(),
        kept_in: secrets.kept_in(),
        secrets: counts.into_iter().map(kept).collect(),
    }))
}

/// Replace the key that seals the organisation's secrets, while everything goes on.
#[utoipa::path(post, path = "/api/v1/settings/keys/rotate", operation_id = "rotate_keys_at_rest", tag = "settings",
    request_body = RotationRequest,
    responses(
        (status = 200, description = "What was done", body = Rotation),
        (status = 409, description = "A secret or key does not open", body = Problem)))]
async fn rotate(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Json(request): Json<RotationRequest>,
) -> Result<Json<Rotation>> {
    let secrets = gateway.secrets().ok_or_else(without_database)?;
    let organisation = ctx.organisation()?;
    let done = secrets.rotate(organisation, request.master).await.map_err(SecretError::into_web)?;
    let context = ctx.clone();
    let detail = json!({ "resealed": done.resealed, "master_replaced": done.master_replaced });
    let entry = AuditEntry::new("keys_rotated", "data_key", &done.key_id).with(detail);
    ctx.write(move |tx| Box::pin(async move { entry.write(tx, &context).await })).await?;
    Ok(Json(done))
}

fn without_database() -> Error {
    Error::internal("the gateway has no database")
}
