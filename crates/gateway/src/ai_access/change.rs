//! Binding a person to platforms, models, agents and figures, and freeing them again. Both
//! act within a second.

use axum::extract::State;
use axum::http::StatusCode;
use base::UserId;
use serde::Deserialize;
use serde_json::json;
use web::{AuditEntry, Ctx, Json, Path, Problem, Result, not_found};

use super::model::AiAccess;
use super::{Profile, check, sql};
use crate::Gateway;
use crate::platform::sql::touch;
use crate::secret::SecretError;

/// What a person may use. What is left out or `null` has no bound; an empty list allows
/// nothing.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAiAccess {
    /// The platforms that they may use, by name.
    platforms: Option<Vec<String>>,
    /// The models that they may ask, as clients name them: `openai/gpt-4o`, the name of a
    /// group, or `openai/*` for all models of a platform.
    models: Option<Vec<String>>,
    /// The agents that may work on their account, by slug.
    agents: Option<Vec<String>>,
    /// The most tokens that a request may take, read and written.
    tokens_per_request: Option<i64>,
    /// How many requests they may make in an hour.
    requests_per_hour: Option<i64>,
}

/// Set what a person may use. It acts within a second, at the doors with their virtual keys
/// and in the executions on their account.
#[utoipa::path(put, path = "/api/v1/ai-access/{user_id}", tag = "ai access", operation_id = "set_ai_access",
    params(("user_id" = UserId, Path, description = "The person's id")), request_body = NewAiAccess,
    responses(
        (status = 200, description = "What they may use from now on", body = AiAccess),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 404, description = "There is no such person", body = Problem),
        (status = 422, description = "A platform, a model or an agent does not exist", body = Problem),
    ))]
pub(super) async fn set(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(user): Path<UserId>,
    Json(new): Json<NewAiAccess>,
) -> Result<Json<AiAccess>> {
    let NewAiAccess { platforms, models, agents, tokens_per_request, requests_per_hour } = new;
    let wanted = Profile { platforms, models, agents, tokens_per_request, requests_per_hour };
    let wanted = check::form(wanted)?;
    let (job, organisation, known) = (ctx.clone(), ctx.organisation()?, gateway.clone());
    let access = ctx
        .write(move |tx| {
            Box::pin(async move {
                if sql::find(tx, organisation, user).await?.is_none() {
                    return Err(not_found("user", user));
                }
                let profile = check::names(tx, &job, &known, wanted).await?;
                let old = sql::find_profile(tx, organisation, user).await?;
                let by = (job.caller()?.user, job.now());
                sql::set(tx, organisation, user, &profile, by).await?;
                touch(tx, organisation, job.now()).await?;
                let detail = json!({ "old": old, "new": profile });
                AuditEntry::new("ai_access_set", "user", user).with(detail).write(tx, &job).await?;
                let found = sql::find(tx, organisation, user).await?;
                found.ok_or_else(|| not_found("user", user))
            })
        })
        .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(Json(access))
}

/// Give a person full access again.
#[utoipa::path(delete, path = "/api/v1/ai-access/{user_id}", tag = "ai access", operation_id = "reset_ai_access",
    params(("user_id" = UserId, Path, description = "The person's id")),
    responses((status = 204, description = "They may use everything"), (status = 404, description = "There is no such person", body = Problem)))]
pub(super) async fn reset(
    ctx: Ctx,
    State(gateway): State<Gateway>,
    Path(user): Path<UserId>,
) -> Result<StatusCode> {
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    ctx.write(move |tx| {
        Box::pin(async move {
            if sql::find(tx, organisation, user).await?.is_none() {
                return Err(not_found("user", user));
            }
            let Some(old) = sql::find_profile(tx, organisation, user).await? else {
                return Ok(());
            };
            sql::remove(tx, organisation, user).await?;
            touch(tx, organisation, job.now()).await?;
            let detail = json!({ "old": old, "new": null });
            AuditEntry::new("ai_access_reset", "user", user).with(detail).write(tx, &job).await
        })
    })
    .await?;
    gateway.look_again(false).await.map_err(SecretError::into_web)?;
    Ok(StatusCode::NO_CONTENT)
}
