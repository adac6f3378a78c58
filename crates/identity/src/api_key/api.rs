//! Routes of one's own API keys.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base::{ApiKeyId, Page, PageRequest, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::idempotency::{self, Reply};
use web::{
    CallerKind, Ctx, Json, Path, Problem, Query, Result, decode_text_cursor, encode_cursor,
    forbidden, invalid, not_found,
};

use super::model::{ApiKey, CreatedApiKey, DEFAULT_DAYS, MOST_DAYS, generate};
use super::sql;
use crate::audit::{self, Action, Line};
use crate::user::check_name;
use crate::{Identity, token};

/// A key to be made.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiKey {
    /// What to call it.
    name: String,
    /// How many days it lives, 1 to 3650; 365 when absent.
    expires_in_days: Option<u32>,
}

/// List one's own API keys, newest first.
#[utoipa::path(
    get, path = "/api/v1/auth/api-keys", tag = "identity", operation_id = "list_api_keys",
    params(PageRequest),
    responses(
        (status = 200, description = "A page of keys", body = Page<ApiKey>),
        (status = 403, description = "The role lacks `manage_api_keys`", body = Problem),
    )
)]
pub(crate) async fn list(ctx: Ctx, Query(page): Query<PageRequest>) -> Result<Json<Page<ApiKey>>> {
    let before = decode_text_cursor(&page)?;
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.caller()?, &before, page.limit() + 1).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |one| encode_cursor(&[&one.id.to_string()]))))
}

/// Make an API key with one's own rights. The key itself is in this answer and never again.
#[utoipa::path(
    post, path = "/api/v1/auth/api-keys", tag = "identity", operation_id = "create_api_key",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body = NewApiKey,
    responses(
        (status = 201, description = "The key", body = CreatedApiKey),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 403, description = "The role lacks `manage_api_keys`, or the request came with an API key", body = Problem),
    )
)]
pub(crate) async fn create(
    ctx: Ctx,
    headers: HeaderMap,
    Json(new): Json<NewApiKey>,
) -> Result<Response> {
    let name = check_name(&new.name).map_err(|message| invalid("name", message))?;
    let days = new.expires_in_days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(invalid("expires_in_days", format!("use 1 to {MOST_DAYS} days")));
    }
    if matches!(ctx.caller()?.kind, CallerKind::ApiKey(_)) {
        return Err(forbidden(
            "an API key cannot make another one, or a leaked key would outlive its revocation; sign in first",
        ));
    }
    let (key, prefix) = generate(ctx.random().as_ref());
    let api_key = ApiKey {
        id: ApiKeyId::new(ctx.now(), ctx.random().as_ref()),
        name,
        prefix,
        created_at: ctx.now(),
        last_used_at: None,
        expires_at: Some(ctx.now().plus(Duration::from_secs(u64::from(days) * 24 * 3600))),
    };
    let id = api_key.id.to_string();
    let reply = insert(&ctx, &headers, &new, api_key, token::hash(key.reveal())).await?;
    Ok(show_once(reply, &id, &key))
}

/// Writes the key; what is kept for a repeated request does not have the key itself.
async fn insert(
    ctx: &Ctx,
    headers: &HeaderMap,
    new: &NewApiKey,
    api_key: ApiKey,
    hash: String,
) -> Result<Reply> {
    let job = ctx.clone();
    idempotency::once(ctx, headers, &("api_keys", new), move |tx| {
        Box::pin(async move {
            sql::insert(tx, job.caller()?, &api_key, &hash).await?;
            let detail = json!({ "name": api_key.name, "expires_at": api_key.expires_at });
            let line = Line::by_caller(&job, Action::ApiKeyCreated, "api_key", api_key.id)?;
            audit::write(tx, line.with(detail), job.now(), job.random().as_ref()).await?;
            Reply::new(StatusCode::CREATED, &CreatedApiKey { api_key, key: None })
        })
    })
    .await
}

/// Puts the key into the answer, unless the answer is that of an earlier request.
fn show_once(mut reply: Reply, id: &str, key: &Secret<String>) -> Response {
    if reply.body["id"] == id {
        reply.body["key"] = Value::String(key.reveal().clone());
    }
    let mut response = reply.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Revoke one of one's own API keys.
#[utoipa::path(
    delete, path = "/api/v1/auth/api-keys/{id}", tag = "identity", operation_id = "revoke_api_key",
    params(("id" = ApiKeyId, Path, description = "The key's id")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 403, description = "The role lacks `manage_api_keys`", body = Problem),
        (status = 404, description = "The caller has no such key", body = Problem),
    )
)]
pub(crate) async fn revoke(
    State(identity): State<Identity>,
    ctx: Ctx,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode> {
    let (organisation, job) = (ctx.organisation()?, ctx.clone());
    ctx.write(move |tx| {
        Box::pin(async move {
            if !sql::revoke(tx, job.caller()?, id, job.now()).await? {
                return Err(not_found("API key", id));
            }
            let line = Line::by_caller(&job, Action::ApiKeyRevoked, "api_key", id)?;
            Ok(audit::write(tx, line, job.now(), job.random().as_ref()).await?)
        })
    })
    .await?;
    identity.rights_changed(&ctx.app().bus, organisation);
    Ok(StatusCode::NO_CONTENT)
}
