//! Routes of webhooks for those who manage them.

use axum::extract::State;
use axum::http::StatusCode;
use base::{Page, PageRequest, WebhookId};
use serde::Deserialize;
use serde_json::json;
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Ctx, Json, Path, Permission, Problem, Query, Result, Routes, invalid,
    not_found,
};

use super::model::{CreatedWebhook, NewWebhook, Webhook};
use super::seal::{self, Fresh};
use super::sql::{self, Row};
use crate::trigger::mapping;
use crate::workflow::find;
use crate::{Automation, text};

/// The longest name, in characters.
const NAME: usize = 200;
/// What a mapping can read.
pub(super) const ROOTS: [&str; 2] = ["body", "headers"];

pub(super) fn routes() -> Routes<Automation> {
    let execute = Access::Permission(Permission::ExecuteWorkflow);
    Routes::new()
        .add(Access::Permission(Permission::ViewWorkflows), routes!(list))
        .add(execute, routes!(create))
        .add(execute, routes!(rotate))
        .add(execute, routes!(delete))
}

/// Which webhooks are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those of this workflow.
    workflow: Option<String>,
    /// How many items, 1 to 200 (50 when absent).
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// List webhooks, the newest first. Their addresses are shown in part.
#[utoipa::path(get, path = "/api/v1/webhooks", operation_id = "list_webhooks", tag = "triggers", params(ListQuery),
    responses((status = 200, description = "A page of webhooks", body = Page<Webhook>),
        (status = 400, description = "The cursor cannot be used", body = Problem)))]
async fn list(ctx: Ctx, Query(query): Query<ListQuery>) -> Result<Json<Page<Webhook>>> {
    let before = query.cursor.as_deref().map(str::parse).transpose();
    let before = before
        .map_err(|_| invalid("cursor", "is not a cursor of this list; start again without one"))?;
    let limit = PageRequest { limit: query.limit, cursor: None }.limit();
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, query.workflow, before, limit).await?;
    Ok(Json(Page::from_rows(rows, limit, |row| row.id.to_string()).map(view)))
}

/// Add a webhook. The answer has its address and its secret, which are not shown again.
#[utoipa::path(post, path = "/api/v1/webhooks", operation_id = "create_webhook", tag = "triggers",
    request_body = NewWebhook,
    responses((status = 201, description = "The webhook with its address and secret", body = CreatedWebhook),
        (status = 400, description = "The name or the mapping cannot be used", body = Problem),
        (status = 404, description = "There is no such workflow", body = Problem)))]
async fn create(
    ctx: Ctx,
    State(automation): State<Automation>,
    Json(body): Json<NewWebhook>,
) -> Result<(StatusCode, Json<CreatedWebhook>)> {
    let caller = ctx.caller()?;
    let organisation = caller.organisation;
    let name = body.name.trim();
    if name.is_empty() || !text::is_line(name) || name.chars().count() > NAME {
        return Err(invalid("name", format!("use 1 to {NAME} characters on one line")));
    }
    if let Some(inputs) = &body.inputs_mapping {
        mapping("inputs_mapping", inputs, &ROOTS)?;
    }
    let mut tx = ctx.read().await?;
    find(&automation, &mut tx, organisation, &body.workflow).await?;
    drop(tx);
    let id = WebhookId::new(ctx.now(), ctx.random().as_ref());
    let fresh = seal::fresh(organisation, id, ctx.random().as_ref());
    let row = Row {
        organisation,
        id,
        workflow: body.workflow.clone(),
        name: name.to_owned(),
        token_hash: fresh.hash.clone(),
        token_hint: fresh.hint.clone(),
        sealed_secret: fresh.sealed.clone(),
        inputs: body.inputs_mapping.clone(),
        last_used_at: None,
        last_error: None,
        created_by: caller.name.clone(),
        created_by_id: Some(caller.user),
        created_at: ctx.now(),
    };
    let (inside, new) = (ctx.clone(), row.clone());
    ctx.write(move |tx| {
        Box::pin(async move {
            sql::insert(tx, &new).await?;
            AuditEntry::new("webhook_created", "webhook", new.id)
                .with(json!({ "workflow": new.workflow, "name": new.name }))
                .write(tx, &inside)
                .await
        })
    })
    .await?;
    Ok((StatusCode::CREATED, Json(told_once(row, &fresh))))
}

/// Give a webhook another address and another secret. The old ones are of no use from now on,
/// and who asked for the new ones is the one who asks for what it starts.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/rotate", operation_id = "rotate_webhook", tag = "triggers",
    params(("id" = WebhookId, Path, description = "The webhook's id")),
    responses((status = 200, description = "The webhook with its new address and secret", body = CreatedWebhook),
        (status = 404, description = "There is no such webhook", body = Problem)))]
async fn rotate(ctx: Ctx, Path(id): Path<WebhookId>) -> Result<Json<CreatedWebhook>> {
    let organisation = ctx.organisation()?;
    let fresh = seal::fresh(organisation, id, ctx.random().as_ref());
    let (hash, hint, sealed) = (fresh.hash.clone(), fresh.hint.clone(), fresh.sealed.clone());
    let inside = ctx.clone();
    let row = ctx
        .write(move |tx| {
            Box::pin(async move {
                let found = sql::get(tx, organisation, id).await?;
                let found = found.ok_or_else(|| not_found("webhook", id))?;
                let caller = inside.caller()?;
                let row = Row {
                    token_hash: hash,
                    token_hint: hint,
                    sealed_secret: sealed,
                    created_by: caller.name.clone(),
                    created_by_id: Some(caller.user),
                    ..found
                };
                if !sql::rotate(tx, &row, inside.now()).await? {
                    return Err(not_found("webhook", id));
                }
                AuditEntry::new("webhook_rotated", "webhook", id)
                    .with(json!({ "workflow": row.workflow, "name": row.name }))
                    .write(tx, &inside)
                    .await?;
                Ok(row)
            })
        })
        .await?;
    Ok(Json(told_once(row, &fresh)))
}

/// Delete a webhook: its address leads nowhere from now on.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", operation_id = "delete_webhook", tag = "triggers",
    params(("id" = WebhookId, Path, description = "The webhook's id")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is no such webhook", body = Problem)))]
async fn delete(ctx: Ctx, Path(id): Path<WebhookId>) -> Result<StatusCode> {
    let organisation = ctx.organisation()?;
    let inside = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            if !sql::delete(tx, organisation, id).await? {
                return Err(not_found("webhook", id));
            }
            AuditEntry::new("webhook_deleted", "webhook", id).write(tx, &inside).await?;
            Ok(StatusCode::NO_CONTENT)
        })
    })
    .await
}

fn view(row: Row) -> Webhook {
    Webhook {
        id: row.id,
        workflow: row.workflow,
        name: row.name,
        url: format!("/hooks/{}…", row.token_hint),
        inputs_mapping: row.inputs,
        last_used_at: row.last_used_at,
        last_error: row.last_error,
        created_at: row.created_at,
    }
}

fn told_once(row: Row, fresh: &Fresh) -> CreatedWebhook {
    let mut webhook = view(row);
    webhook.url = format!("/hooks/{}", fresh.token.reveal());
    CreatedWebhook { webhook, secret: fresh.secret.reveal().clone() }
}
