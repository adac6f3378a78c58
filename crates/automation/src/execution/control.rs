//! Telling an execution to pause, go on, or end.

use axum::extract::State;
use base::ExecutionId;
use engine::Input;
use serde::{Deserialize, Serialize};
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Ctx, Error, Json, Path, Permission, Problem, Result, Routes, invalid_state,
    not_found,
};

use super::audited::audited;
use super::model::Execution;
use super::sql;
use crate::Automation;
use crate::runner::InputError;

pub(super) fn routes() -> Routes<Automation> {
    let execute = Access::Permission(Permission::ExecuteWorkflow);
    Routes::new()
        .add(execute, routes!(cancel))
        .add(execute, routes!(pause))
        .add(execute, routes!(resume))
        .add(execute, routes!(signal))
}

/// Why an execution is cancelled.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CancelExecution {
    /// For the journal.
    reason: Option<String>,
}

/// Cancel an execution: it ends now, and what still runs is stopped.
#[utoipa::path(post, path = "/api/v1/executions/{id}/cancel", operation_id = "cancel_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")), request_body = CancelExecution,
    responses((status = 200, description = "The cancelled execution", body = Execution),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It has ended already", body = Problem)))]
async fn cancel(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
    Json(body): Json<CancelExecution>,
) -> Result<Json<Execution>> {
    let by = ctx.caller()?.name.clone();
    let reason = body.reason.map(|reason| reason.chars().take(1000).collect());
    give(&ctx, &automation, id, Input::Cancel { by, reason }).await
}

/// Pause an execution: running steps finish, no new ones start.
#[utoipa::path(post, path = "/api/v1/executions/{id}/pause", operation_id = "pause_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")),
    responses((status = 200, description = "The paused execution", body = Execution),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It is paused or has ended", body = Problem)))]
async fn pause(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
) -> Result<Json<Execution>> {
    let by = ctx.caller()?.name.clone();
    give(&ctx, &automation, id, Input::Pause { by }).await
}

/// Resume a paused execution.
#[utoipa::path(post, path = "/api/v1/executions/{id}/resume", operation_id = "resume_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")),
    responses((status = 200, description = "The execution, running again", body = Execution),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It is not paused", body = Problem)))]
async fn resume(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
) -> Result<Json<Execution>> {
    let by = ctx.caller()?.name.clone();
    give(&ctx, &automation, id, Input::Resume { by }).await
}

/// A signal to an execution.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SendSignal {
    /// Its name, as the step that waits for it has it.
    name: String,
    /// What comes with it; the output of the step that waits.
    #[serde(default)]
    #[schema(value_type = Object)]
    payload: serde_json::Value,
}

/// Send an execution a signal; a step that waits for it goes on.
#[utoipa::path(post, path = "/api/v1/executions/{id}/signals", operation_id = "signal_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")), request_body = SendSignal,
    responses((status = 200, description = "The execution", body = Execution),
        (status = 400, description = "The name cannot be used", body = Problem),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It has ended", body = Problem)))]
async fn signal(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
    Json(body): Json<SendSignal>,
) -> Result<Json<Execution>> {
    if !crate::text::is_line(&body.name) || body.name.len() > 200 {
        return Err(web::invalid("name", "use 1 to 200 letters on one line"));
    }
    let by = ctx.caller()?.name.clone();
    give(&ctx, &automation, id, Input::Signal { name: body.name, payload: body.payload, by }).await
}

async fn give(
    ctx: &Ctx,
    automation: &Automation,
    id: ExecutionId,
    input: Input,
) -> Result<Json<Execution>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    let before =
        sql::get(&mut tx, organisation, id).await?.ok_or_else(|| not_found("execution", id))?;
    drop(tx);
    let action = match &input {
        Input::Cancel { .. } => "execution_cancelled",
        Input::Pause { .. } => "execution_paused",
        Input::Resume { .. } => "execution_resumed",
        _ => "execution_signalled",
    };
    let entry = AuditEntry::new(action, "execution", id);
    match automation.runner.input(id, input, Some(audited(ctx, entry)?)).await {
        Ok(()) => {}
        Err(InputError::Rejected(rejected)) => {
            return Err(invalid_state(format!("{rejected}: {id}")));
        }
        Err(InputError::Unknown) => {
            return Err(invalid_state(format!(
                "execution {id} has ended as {}; start a new one",
                before.status
            )));
        }
        Err(InputError::Unavailable(why)) => {
            return Err(Error::unavailable(
                "engine_unavailable",
                why,
                std::time::Duration::from_secs(2),
            ));
        }
    }
    let mut tx = ctx.read().await?;
    let after =
        sql::get(&mut tx, organisation, id).await?.ok_or_else(|| not_found("execution", id))?;
    Ok(Json(after))
}
