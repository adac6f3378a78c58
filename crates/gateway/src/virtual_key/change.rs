//! Changing and revoking virtual keys. Both act within a second.

use axum::http::StatusCode;
use base::{Timestamp, VirtualKeyId};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use store::Signal;
use web::{AuditEntry, Ctx, Json, Path, Problem, Result, conflict, invalid, not_found};

use super::{KeyScope, VirtualKey, check, sql};

/// What to change. `null` takes a limit, the project or the end away.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, taken away and set are three things")]
pub(super) struct VirtualKeyChange {
    /// The version that the change is based on.
    version: i64,
    /// What to call it.
    name: Option<String>,
    /// The project that its calls are for, by key.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    project: Option<Option<String>>,
    /// The models that it may ask; an empty list for every model.
    models: Option<Vec<String>>,
    /// What it may do.
    scopes: Option<Vec<KeyScope>>,
    /// How many requests it may make in a minute.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    requests_per_minute: Option<Option<i64>>,
    /// How many tokens it may use in a minute.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    tokens_per_minute: Option<Option<i64>>,
    /// When it ends.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Timestamp>)]
    expires_at: Option<Option<Timestamp>>,
}

/// Tells `null` from what is left out.
#[expect(clippy::option_option, reason = "left out, taken away and set are three things")]
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Change a key of an outside client.
#[utoipa::path(patch, path = "/api/v1/virtual-keys/{id}", tag = "virtual keys", operation_id = "change_virtual_key",
    params(("id" = VirtualKeyId, Path, description = "The key's id")), request_body = VirtualKeyChange,
    responses(
        (status = 200, description = "The key", body = VirtualKey),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 404, description = "There is none", body = Problem),
        (status = 409, description = "Somebody else changed it, or it is revoked", body = Problem),
        (status = 422, description = "There is no such project", body = Problem),
    ))]
pub(super) async fn change(
    ctx: Ctx,
    Path(id): Path<VirtualKeyId>,
    Json(change): Json<VirtualKeyChange>,
) -> Result<Json<VirtualKey>> {
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    let key = ctx
        .write(move |tx| {
            Box::pin(async move {
                let found = sql::find(tx, organisation, id).await?;
                let mut change = change;
                let found = found.ok_or_else(|| not_found("virtual key", id))?;
                if let Some(Some(project)) = &change.project
                    && found.project.as_ref() != Some(project)
                {
                    change.project = Some(Some(check::project(tx, &job, project).await?));
                }
                let key = changed(found, change, job.now())?;
                if !sql::update(tx, organisation, &key, job.now()).await? {
                    return Err(conflict(
                        "somebody else changed this key, or it is revoked; load it again",
                    ));
                }
                let detail = json!({
                    "name": key.name, "models": key.models, "scopes": key.scopes,
                    "requests_per_minute": key.requests_per_minute,
                    "tokens_per_minute": key.tokens_per_minute, "expires_at": key.expires_at,
                });
                AuditEntry::new("virtual_key_changed", "virtual_key", id)
                    .with(detail)
                    .write(tx, &job)
                    .await?;
                sql::find(tx, organisation, id).await?.ok_or_else(|| not_found("virtual key", id))
            })
        })
        .await?;
    ctx.app().bus.send(Signal::Rights { organisation });
    Ok(Json(key))
}

fn changed(mut key: VirtualKey, change: VirtualKeyChange, now: Timestamp) -> Result<VirtualKey> {
    key.version = change.version;
    if let Some(name) = change.name {
        key.name = check::name(&name)?;
    }
    if let Some(project) = change.project {
        key.project = project;
    }
    if let Some(models) = change.models {
        check::models(&models)?;
        key.models = models;
    }
    if let Some(scopes) = change.scopes {
        check::scopes(&scopes)?;
        key.scopes = scopes;
    }
    if let Some(limit) = change.requests_per_minute {
        check::limit("requests_per_minute", limit)?;
        key.requests_per_minute = limit;
    }
    if let Some(limit) = change.tokens_per_minute {
        check::limit("tokens_per_minute", limit)?;
        key.tokens_per_minute = limit;
    }
    if let Some(end) = change.expires_at {
        // a key that has ended may be called otherwise
        let is_new = end != key.expires_at;
        if is_new && end.is_some_and(|end| end <= now) {
            return Err(invalid(
                "expires_at",
                "is in the past; name a moment to come, or revoke the key",
            ));
        }
        key.expires_at = end;
    }
    Ok(key)
}

/// Revoke a key of an outside client.
#[utoipa::path(delete, path = "/api/v1/virtual-keys/{id}", tag = "virtual keys", operation_id = "revoke_virtual_key",
    params(("id" = VirtualKeyId, Path, description = "The key's id")),
    responses((status = 204, description = "Revoked"), (status = 404, description = "There is none to revoke", body = Problem)))]
pub(super) async fn revoke(ctx: Ctx, Path(id): Path<VirtualKeyId>) -> Result<StatusCode> {
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    ctx.write(move |tx| {
        Box::pin(async move {
            if !sql::revoke(tx, organisation, id, job.now()).await? {
                return Err(not_found("virtual key", id));
            }
            AuditEntry::new("virtual_key_revoked", "virtual_key", id).write(tx, &job).await
        })
    })
    .await?;
    ctx.app().bus.send(Signal::Rights { organisation });
    Ok(StatusCode::NO_CONTENT)
}
