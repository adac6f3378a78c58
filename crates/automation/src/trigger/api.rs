//! Routes of event triggers.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{EventTriggerId, Page, PageRequest};
use engine::definition::Known;
use serde::Deserialize;
use store::outbox;
use utoipa_axum::routes;
use web::idempotency::{self, Reply};
use web::{
    Access, AuditEntry, Ctx, Json, Path, Permission, Problem, Query, Result, Routes, conflict,
    invalid, not_found,
};

use super::kinds::KINDS;
use super::model::{EventTrigger, LastRun, NewEventTrigger, TriggerSource};
use super::scope::{condition, mapping};
use super::sql::{self, Row};
use crate::Automation;
use crate::workflow::find;

pub(crate) fn routes() -> Routes<Automation> {
    let execute = Access::Permission(Permission::ExecuteWorkflow);
    Routes::new()
        .add(Access::Permission(Permission::ViewWorkflows), routes!(list))
        .add(execute, routes!(create))
        .add(execute, routes!(delete))
}

/// Which triggers are wanted.
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

/// List event triggers, the newest first.
#[utoipa::path(get, path = "/api/v1/triggers", operation_id = "list_event_triggers", tag = "triggers", params(ListQuery),
    responses((status = 200, description = "A page of event triggers", body = Page<EventTrigger>),
        (status = 400, description = "The cursor cannot be used", body = Problem)))]
async fn list(ctx: Ctx, Query(query): Query<ListQuery>) -> Result<Json<Page<EventTrigger>>> {
    let before = query.cursor.as_deref().map(str::parse).transpose();
    let before = before
        .map_err(|_| invalid("cursor", "is not a cursor of this list; start again without one"))?;
    let limit = PageRequest { limit: query.limit, cursor: None }.limit();
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, query.workflow, before, limit).await?;
    let page = Page::from_rows(rows, limit, |row| row.id.to_string());
    Ok(Json(page.map(view)))
}

/// Add an event trigger: from now on, each event of this kind starts the workflow.
#[utoipa::path(post, path = "/api/v1/triggers", operation_id = "create_event_trigger", tag = "triggers",
    request_body = NewEventTrigger,
    responses((status = 201, description = "The event trigger", body = EventTrigger),
        (status = 400, description = "The event or an expression cannot be used", body = Problem),
        (status = 404, description = "There is no such workflow", body = Problem)))]
async fn create(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Json(body): Json<NewEventTrigger>,
) -> Result<Reply> {
    let caller = ctx.caller()?;
    let organisation = caller.organisation;
    check_event(&body.event)?;
    if let Some(text) = &body.condition {
        condition("if", text, &["event"])?;
    }
    if let Some(inputs) = &body.inputs {
        mapping("inputs", inputs, &["event"])?;
    }
    let mut tx = ctx.read().await?;
    find(&automation, &mut tx, organisation, &body.workflow).await?;
    drop(tx);
    let mut new = Row {
        organisation,
        id: EventTriggerId::new(ctx.now(), ctx.random().as_ref()),
        workflow: body.workflow.clone(),
        event: body.event.clone(),
        condition: body.condition.clone(),
        inputs: body.inputs.clone(),
        is_declared: false,
        position: 0,
        last_at: None,
        last_execution: None,
        last_error: None,
        last_status: None,
        created_by: caller.name.clone(),
        created_by_id: Some(caller.user),
        created_at: ctx.now(),
    };
    let inside = ctx.clone();
    idempotency::once(&ctx, &headers, &body, move |tx| {
        Box::pin(async move {
            new.position = outbox::position(tx).await?;
            sql::insert(tx, &new).await?;
            AuditEntry::new("event_trigger_created", "event_trigger", new.id)
                .with(serde_json::json!({ "workflow": new.workflow, "event": new.event }))
                .write(tx, &inside)
                .await?;
            Reply::new(StatusCode::CREATED, &view(new))
        })
    })
    .await
}

/// Delete an event trigger. One that a definition declares goes when the definition does
/// not declare it any more.
#[utoipa::path(delete, path = "/api/v1/triggers/{id}", operation_id = "delete_event_trigger", tag = "triggers",
    params(("id" = EventTriggerId, Path, description = "The trigger's id")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is no such event trigger", body = Problem),
        (status = 409, description = "The workflow's definition declares it", body = Problem)))]
async fn delete(ctx: Ctx, Path(id): Path<EventTriggerId>) -> Result<StatusCode> {
    let organisation = ctx.organisation()?;
    let inside = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            let found = sql::get(tx, organisation, id).await?;
            let found = found.ok_or_else(|| not_found("event trigger", id))?;
            if found.is_declared {
                return Err(declared_elsewhere(&found.workflow));
            }
            sql::delete(tx, organisation, id).await?;
            AuditEntry::new("event_trigger_deleted", "event_trigger", id)
                .with(serde_json::json!({ "workflow": found.workflow, "event": found.event }))
                .write(tx, &inside)
                .await?;
            Ok(StatusCode::NO_CONTENT)
        })
    })
    .await
}

fn declared_elsewhere(workflow: &str) -> web::Error {
    conflict(format!("workflow \"{workflow}\" declares this trigger under \"on\"; change it there"))
}

fn check_event(event: &str) -> Result<()> {
    if event.len() > 100 || !engine::definition::is_event_kind(event) {
        let message = "is not the kind of an event; write it like \"work_item.moved\"";
        return Err(invalid("event", message));
    }
    let known = Known { events: KINDS.to_vec(), ..Known::default() };
    match known.unknown_event(event) {
        Some(fix) => Err(invalid("event", format!("is no kind of event that there is; {fix}"))),
        None => Ok(()),
    }
}

fn view(row: Row) -> EventTrigger {
    EventTrigger {
        id: row.id,
        workflow: row.workflow,
        event: row.event,
        condition: row.condition,
        inputs: row.inputs.unwrap_or_else(|| serde_json::json!({})),
        source: TriggerSource::of(row.is_declared),
        last_run: LastRun::of(row.last_at, row.last_execution, row.last_status, row.last_error),
        created_at: row.created_at,
    }
}
