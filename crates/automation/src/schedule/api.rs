//! Routes that read and run schedules.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{Page, PageRequest, ScheduleId};
use serde::Deserialize;
use serde_json::json;
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Ctx, Error, Json, Path, Permission, Problem, Query, Result, Routes,
    invalid, invalid_state, not_found,
};

use super::fire::starter;
use super::model::{NEXT, Schedule, SchedulePreview};
use super::sql::{self, Row};
use super::times::Times;
use crate::Automation;
use crate::execution::{Execution, audited, execution_id, key_reused, read_execution};
use crate::runner::{Beside, Starter};
use crate::trigger::{LastRun, Refusal, Start, TriggerSource, start};

pub(super) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    Routes::new()
        .add(view, routes!(list))
        .add(view, routes!(preview))
        .add(view, routes!(get))
        .add(Access::Permission(Permission::ExecuteWorkflow), routes!(run_now))
}

/// Which schedules are wanted.
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

/// List schedules, the newest first.
#[utoipa::path(get, path = "/api/v1/schedules", operation_id = "list_schedules", tag = "triggers", params(ListQuery),
    responses((status = 200, description = "A page of schedules", body = Page<Schedule>),
        (status = 400, description = "The cursor cannot be used", body = Problem)))]
async fn list(ctx: Ctx, Query(query): Query<ListQuery>) -> Result<Json<Page<Schedule>>> {
    let before = query.cursor.as_deref().map(str::parse).transpose();
    let before = before
        .map_err(|_| invalid("cursor", "is not a cursor of this list; start again without one"))?;
    let limit = PageRequest { limit: query.limit, cursor: None }.limit();
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, query.workflow, before, limit).await?;
    let page = Page::from_rows(rows, limit, |row| row.id.to_string());
    Ok(Json(page.map(|row| view(row, &ctx))))
}

/// Get one schedule.
#[utoipa::path(get, path = "/api/v1/schedules/{id}", operation_id = "get_schedule", tag = "triggers",
    params(("id" = ScheduleId, Path, description = "The schedule's id")),
    responses((status = 200, description = "The schedule", body = Schedule),
        (status = 404, description = "There is no such schedule", body = Problem)))]
async fn get(ctx: Ctx, Path(id): Path<ScheduleId>) -> Result<Json<Schedule>> {
    let mut tx = ctx.read().await?;
    let row = sql::get(&mut tx, ctx.organisation()?, id).await?;
    Ok(Json(view(row.ok_or_else(|| not_found("schedule", id))?, &ctx)))
}

/// What is asked about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PreviewQuery {
    /// A cron expression of five fields, or six with seconds first.
    cron: String,
    /// The IANA time zone; UTC when absent.
    timezone: Option<String>,
}

/// See what a cron expression means before it is saved.
#[utoipa::path(get, path = "/api/v1/schedules/preview", operation_id = "preview_schedule", tag = "triggers", params(PreviewQuery),
    responses((status = 200, description = "What it means", body = SchedulePreview),
        (status = 400, description = "The expression or the zone cannot be read", body = Problem)))]
async fn preview(ctx: Ctx, Query(query): Query<PreviewQuery>) -> Result<Json<SchedulePreview>> {
    let zone = query.timezone.as_deref().unwrap_or("UTC");
    let times = Times::parse(&query.cron, zone).map_err(|(field, why)| invalid(field, why))?;
    Ok(Json(SchedulePreview {
        description: times.describe(),
        next_runs: times.next(ctx.now(), NEXT),
    }))
}

/// Start a schedule's workflow now, besides its times.
#[utoipa::path(post, path = "/api/v1/schedules/{id}/run", operation_id = "run_schedule", tag = "triggers",
    params(("id" = ScheduleId, Path, description = "The schedule's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    responses((status = 202, description = "The execution, accepted and durable", body = Execution),
        (status = 404, description = "There is no such schedule", body = Problem),
        (status = 409, description = "Its workflow cannot be started as things are", body = Problem),
        (status = 422, description = "The key was used for something else", body = Problem)))]
async fn run_now(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Path(id): Path<ScheduleId>,
) -> Result<(StatusCode, Json<Execution>)> {
    let (organisation, now) = (ctx.organisation()?, ctx.now());
    let execution = execution_id(&ctx, &headers, ctx.caller()?.user)?;
    let mut tx = ctx.read().await?;
    let row = sql::get(&mut tx, organisation, id).await?;
    let first = sql::starter_of(&mut tx, organisation, execution).await?;
    drop(tx);
    let row = row.ok_or_else(|| not_found("schedule", id))?;
    let entry = AuditEntry::new("schedule_run", "schedule", id);
    let entry = entry.with(json!({ "execution": execution }));
    let wanted = Start {
        organisation,
        id: execution,
        starter: Starter { behind: Some(ctx.caller()?.user), ..starter(&row) },
        workflow: row.workflow,
        inputs: row.inputs,
        project: row.project,
        priority: row.priority,
        trigger: "schedule",
        depth: 0,
        beside: Beside::new(move |tx| Box::pin(sql::ran(tx, organisation, id, execution, now))),
        audit: Some(audited(&ctx, entry)?),
    };
    let refused = |refusal| match refusal {
        Refusal::Never(why) => invalid_state(why),
        Refusal::NotNow(why) => {
            Error::unavailable("engine_unavailable", why, std::time::Duration::from_secs(2))
        }
    };
    let is_new = first.is_none() && start(&automation, ctx.app(), wanted).await.map_err(refused)?;
    if !is_new {
        let mut tx = ctx.read().await?;
        let starter = sql::starter_of(&mut tx, organisation, execution).await?;
        drop(tx);
        if starter != Some(id.to_string()) {
            return Err(key_reused());
        }
    }
    Ok((StatusCode::ACCEPTED, Json(read_execution(&ctx, execution).await?)))
}

/// A schedule as the API tells it.
pub(super) fn view(row: Row, ctx: &Ctx) -> Schedule {
    let times = Times::parse(&row.cron, &row.timezone).ok();
    let next = times.filter(|_| row.enabled && row.next_at.is_some());
    Schedule {
        id: row.id,
        workflow: row.workflow,
        name: row.name,
        cron: row.cron,
        timezone: row.timezone,
        inputs: row.inputs,
        priority: row.priority,
        project: row.project,
        missed: row.missed,
        enabled: row.enabled,
        source: TriggerSource::of(row.is_declared),
        next_runs: next.map(|times| times.next(ctx.now(), NEXT)).unwrap_or_default(),
        last_run: LastRun::of(row.last_at, row.last_execution, row.last_status, row.last_error),
        created_at: row.created_at,
    }
}
