//! Routes that make, change and delete schedules.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::ScheduleId;
use serde_json::json;
use utoipa_axum::routes;
use web::idempotency::{self, Reply};
use web::{
    Access, AuditEntry, Ctx, Error, FieldError, Json, Path, Permission, Problem, Result, Routes,
    conflict, invalid, not_found,
};

use super::api::view;
use super::model::{ChangeSchedule, NewSchedule, Schedule};
use super::sql::{self, Row};
use super::times::Times;
use crate::execution::find_project;
use crate::workflow::find;
use crate::{Automation, text};

/// The longest name, in characters.
const NAME: usize = 200;

pub(super) fn routes() -> Routes<Automation> {
    let execute = Access::Permission(Permission::ExecuteWorkflow);
    Routes::new()
        .add(execute, routes!(create))
        .add(execute, routes!(change))
        .add(execute, routes!(delete))
}

/// Add a schedule.
#[utoipa::path(post, path = "/api/v1/schedules", operation_id = "create_schedule", tag = "triggers",
    request_body = NewSchedule,
    responses((status = 201, description = "The schedule", body = Schedule),
        (status = 400, description = "The times or an input are wrong", body = Problem),
        (status = 404, description = "There is no such workflow or project", body = Problem)))]
async fn create(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Json(body): Json<NewSchedule>,
) -> Result<Reply> {
    let caller = ctx.caller()?;
    let row = Row {
        organisation: caller.organisation,
        id: ScheduleId::new(ctx.now(), ctx.random().as_ref()),
        workflow: body.workflow.clone(),
        name: body.name.clone(),
        cron: body.cron.trim().to_owned(),
        timezone: body.timezone.clone(),
        inputs: if body.inputs.is_null() { json!({}) } else { body.inputs.clone() },
        priority: body.priority.map(|priority| priority.as_str().to_owned()),
        project: body.project.clone(),
        missed: body.missed,
        enabled: body.enabled,
        is_declared: false,
        next_at: None,
        last_at: None,
        last_execution: None,
        last_error: None,
        last_status: None,
        created_by: caller.name.clone(),
        created_by_id: Some(caller.user),
        created_at: ctx.now(),
    };
    let Checked { times, project } = check(&ctx, &automation, &row).await?;
    let row = Row { next_at: times.after(ctx.now()), project, ..row };
    let inside = ctx.clone();
    idempotency::once(&ctx, &headers, &body, move |tx| {
        Box::pin(async move {
            sql::insert(tx, &row).await?;
            AuditEntry::new("schedule_created", "schedule", row.id)
                .with(about(&row))
                .write(tx, &inside)
                .await?;
            Reply::new(StatusCode::CREATED, &view(row, &inside))
        })
    })
    .await
}

/// Change a schedule; what is absent stays. One that a definition declares can only be
/// turned on and off. Who changes what it starts or when, or turns it on, is the one who
/// asks for what it starts from now on.
#[utoipa::path(patch, path = "/api/v1/schedules/{id}", operation_id = "change_schedule", tag = "triggers",
    params(("id" = ScheduleId, Path, description = "The schedule's id")), request_body = ChangeSchedule,
    responses((status = 200, description = "The schedule", body = Schedule),
        (status = 400, description = "The times or an input are wrong", body = Problem),
        (status = 404, description = "There is no such schedule, workflow or project", body = Problem),
        (status = 409, description = "The workflow's definition declares it", body = Problem)))]
async fn change(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ScheduleId>,
    Json(mut body): Json<ChangeSchedule>,
) -> Result<Json<Schedule>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let before = sql::get(&mut tx, organisation, id).await?;
    drop(tx);
    let before = before.ok_or_else(|| not_found("schedule", id))?;
    if before.is_declared && !body.is_a_switch() {
        return Err(declared_elsewhere(&before.workflow));
    }
    // Turning a schedule off works whatever has become of its workflow.
    let wants_check = !(body.is_a_switch() && body.enabled == Some(false));
    let wanted = merged(before, &body);
    if wants_check {
        let checked = check(&ctx, &automation, &wanted).await?;
        if let Some(project) = &mut body.project {
            *project = checked.project;
        }
    }
    let inside = ctx.clone();
    let row = ctx
        .write(move |tx| {
            Box::pin(async move {
                // Read again: it may have fired or been changed in between.
                let stored = sql::get(tx, organisation, id).await?;
                let stored = stored.ok_or_else(|| not_found("schedule", id))?;
                let (was_on, cron, zone) =
                    (stored.enabled, stored.cron.clone(), stored.timezone.clone());
                let mut row = merged(stored, &body);
                if body.asks() {
                    let caller = inside.caller()?;
                    row.created_by.clone_from(&caller.name);
                    row.created_by_id = Some(caller.user);
                }
                if row.cron != cron || row.timezone != zone || (row.enabled && !was_on) {
                    let times = Times::parse(&row.cron, &row.timezone)
                        .map_err(|(field, why)| invalid(field, why))?;
                    row.next_at = times.after(inside.now());
                }
                if !sql::update(tx, &row, inside.now()).await? {
                    return Err(not_found("schedule", id));
                }
                let action = match (was_on, row.enabled) {
                    (false, true) => "schedule_enabled",
                    (true, false) => "schedule_disabled",
                    (true, true) | (false, false) => "schedule_changed",
                };
                AuditEntry::new(action, "schedule", id)
                    .with(about(&row))
                    .write(tx, &inside)
                    .await?;
                Ok(row)
            })
        })
        .await?;
    Ok(Json(view(row, &ctx)))
}

/// Delete a schedule. One that a definition declares goes when the definition does not
/// declare it any more.
#[utoipa::path(delete, path = "/api/v1/schedules/{id}", operation_id = "delete_schedule", tag = "triggers",
    params(("id" = ScheduleId, Path, description = "The schedule's id")),
    responses((status = 204, description = "It is gone"),
        (status = 404, description = "There is no such schedule", body = Problem),
        (status = 409, description = "The workflow's definition declares it", body = Problem)))]
async fn delete(ctx: Ctx, Path(id): Path<ScheduleId>) -> Result<StatusCode> {
    let organisation = ctx.organisation()?;
    let inside = ctx.clone();
    ctx.write(move |tx| {
        Box::pin(async move {
            let found = sql::get(tx, organisation, id).await?;
            let found = found.ok_or_else(|| not_found("schedule", id))?;
            if found.is_declared {
                return Err(declared_elsewhere(&found.workflow));
            }
            sql::delete(tx, organisation, id).await?;
            AuditEntry::new("schedule_deleted", "schedule", id)
                .with(about(&found))
                .write(tx, &inside)
                .await?;
            Ok(StatusCode::NO_CONTENT)
        })
    })
    .await
}

/// What is known of a schedule that will do.
struct Checked {
    times: Times,
    /// The key of its project as the feature writes it that keeps it.
    project: Option<String>,
}

/// Checks everything that can be known now.
async fn check(ctx: &Ctx, automation: &Automation, row: &Row) -> Result<Checked> {
    let times =
        Times::parse(&row.cron, &row.timezone).map_err(|(field, why)| invalid(field, why))?;
    if let Some(name) = &row.name
        && (name.trim().is_empty() || !text::is_line(name) || name.chars().count() > NAME)
    {
        return Err(invalid("name", format!("use 1 to {NAME} characters on one line")));
    }
    let mut tx = ctx.read().await?;
    let source = find(automation, &mut tx, row.organisation, &row.workflow).await?;
    drop(tx);
    source.plan.definition().accept_inputs(&row.inputs).map_err(|problems| {
        let fields = problems
            .into_iter()
            .map(|problem| FieldError { field: problem.field, message: problem.message });
        Error::invalid_fields(fields.collect())
    })?;
    let project = match &row.project {
        Some(project) => Some(find_project(ctx, automation, project).await?),
        None => None,
    };
    Ok(Checked { times, project })
}

/// A schedule with its changes.
fn merged(row: Row, change: &ChangeSchedule) -> Row {
    let change = change.clone();
    Row {
        workflow: change.workflow.unwrap_or(row.workflow),
        name: change.name.unwrap_or(row.name),
        cron: change.cron.map_or(row.cron, |cron| cron.trim().to_owned()),
        timezone: change.timezone.unwrap_or(row.timezone),
        inputs: change.inputs.unwrap_or(row.inputs),
        priority: change
            .priority
            .map_or(row.priority, |given| given.map(|priority| priority.as_str().to_owned())),
        project: change.project.unwrap_or(row.project),
        missed: change.missed.unwrap_or(row.missed),
        enabled: change.enabled.unwrap_or(row.enabled),
        ..row
    }
}

fn declared_elsewhere(workflow: &str) -> Error {
    conflict(format!(
        "workflow \"{workflow}\" declares this schedule under \"on\"; change it there, or turn it off"
    ))
}

/// What the audit log keeps of a schedule.
fn about(row: &Row) -> serde_json::Value {
    json!({
        "workflow": row.workflow, "cron": row.cron, "timezone": row.timezone, "enabled": row.enabled,
    })
}
