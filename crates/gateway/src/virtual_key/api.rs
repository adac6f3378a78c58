//! Listing and making virtual keys.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base::{Page, PageRequest, VirtualKeyId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use web::idempotency::{self, Reply};
use web::{
    AuditEntry, Ctx, Json, Path, Problem, Query, Result, decode_cursor, encode_cursor, invalid,
    not_found,
};

use super::model::CreatedVirtualKey;
use super::{KeyScope, VirtualKey, check, sql, token};

/// How many days a key may live at most.
const MOST_DAYS: u32 = 3650;

/// A key to be made.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVirtualKey {
    /// What to call it.
    name: String,
    /// The project that its calls are for, by key.
    project: Option<String>,
    /// The models that it may ask; every model when left out.
    #[serde(default)]
    models: Vec<String>,
    /// What it may do; everything when left out.
    #[serde(default = "all_scopes")]
    scopes: Vec<KeyScope>,
    /// How many requests it may make in a minute.
    requests_per_minute: Option<i64>,
    /// How many tokens it may use in a minute.
    tokens_per_minute: Option<i64>,
    /// How many days it lives, 1 to 3650; for ever when left out.
    expires_in_days: Option<u32>,
}

fn all_scopes() -> Vec<KeyScope> {
    KeyScope::ALL.to_vec()
}

/// List the keys of outside clients, newest first.
#[utoipa::path(get, path = "/api/v1/virtual-keys", tag = "virtual keys", operation_id = "list_virtual_keys", params(PageRequest),
    responses((status = 200, description = "A page of keys", body = Page<VirtualKey>)))]
pub(super) async fn list(
    ctx: Ctx,
    Query(page): Query<PageRequest>,
) -> Result<Json<Page<VirtualKey>>> {
    let before = match &page.cursor {
        Some(cursor) => decode_cursor::<1>(cursor)?[0].clone(),
        None => String::new(),
    };
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, &before, page.limit() + 1).await?;
    Ok(Json(Page::from_rows(rows, page.limit(), |one| encode_cursor(&[&one.id.to_string()]))))
}

/// Get one key.
#[utoipa::path(get, path = "/api/v1/virtual-keys/{id}", tag = "virtual keys", operation_id = "get_virtual_key",
    params(("id" = VirtualKeyId, Path, description = "The key's id")),
    responses((status = 200, description = "The key", body = VirtualKey), (status = 404, description = "There is none", body = Problem)))]
pub(super) async fn get(ctx: Ctx, Path(id): Path<VirtualKeyId>) -> Result<Json<VirtualKey>> {
    let mut tx = ctx.read().await?;
    let found = sql::find(&mut tx, ctx.organisation()?, id).await?;
    Ok(Json(found.ok_or_else(|| not_found("virtual key", id))?))
}

/// Make a key for an outside client. The key itself is in this answer and never again.
#[utoipa::path(post, path = "/api/v1/virtual-keys", tag = "virtual keys", operation_id = "create_virtual_key",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body = NewVirtualKey,
    responses(
        (status = 201, description = "The key", body = CreatedVirtualKey),
        (status = 400, description = "A field cannot be used", body = Problem),
        (status = 422, description = "There is no such project", body = Problem),
    ))]
pub(super) async fn create(
    ctx: Ctx,
    headers: HeaderMap,
    Json(new): Json<NewVirtualKey>,
) -> Result<Response> {
    let name = check::name(&new.name)?;
    check::models(&new.models)?;
    check::scopes(&new.scopes)?;
    check::limit("requests_per_minute", new.requests_per_minute)?;
    check::limit("tokens_per_minute", new.tokens_per_minute)?;
    if new.expires_in_days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
        return Err(invalid("expires_in_days", format!("use 1 to {MOST_DAYS} days")));
    }
    let now = ctx.now();
    let (key, prefix) = token::generate(ctx.random().as_ref());
    let life = |days: u32| now.plus(Duration::from_secs(u64::from(days) * 24 * 3600));
    let mut virtual_key = VirtualKey {
        id: VirtualKeyId::new(now, ctx.random().as_ref()),
        name,
        prefix,
        user_id: ctx.caller()?.user,
        project: new.project.clone(),
        models: new.models.clone(),
        scopes: new.scopes.clone(),
        requests_per_minute: new.requests_per_minute,
        tokens_per_minute: new.tokens_per_minute,
        version: 1,
        created_at: now,
        updated_at: now,
        last_used_at: None,
        expires_at: new.expires_in_days.map(life),
        revoked_at: None,
    };
    let id = virtual_key.id.to_string();
    let hash = base::hex(&token::hash(key.reveal()));
    let (job, organisation) = (ctx.clone(), ctx.organisation()?);
    let mut reply = idempotency::once(&ctx, &headers, &("virtual_keys", &new), move |tx| {
        Box::pin(async move {
            if let Some(project) = &virtual_key.project {
                virtual_key.project = Some(check::project(tx, &job, project).await?);
            }
            sql::insert(tx, organisation, &virtual_key, &hash, &job.caller()?.name).await?;
            let detail = json!({
                "name": virtual_key.name, "models": virtual_key.models, "scopes": virtual_key.scopes,
                "expires_at": virtual_key.expires_at,
            });
            AuditEntry::new("virtual_key_created", "virtual_key", virtual_key.id)
                .with(detail)
                .write(tx, &job)
                .await?;
            Reply::new(StatusCode::CREATED, &CreatedVirtualKey { virtual_key, key: None })
        })
    })
    .await?;
    if reply.body["id"] == id.as_str() {
        reply.body["key"] = Value::String(key.reveal().clone());
    }
    let mut response = reply.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
