//! Continuing what has ended: a retry, a resume from a step, a fork and a rollback are
//! executions of their own that keep the results of the steps before.

use super::audited::audited;
use axum::extract::State;
use axum::http::StatusCode;
use base::ExecutionId;
use engine::{LinkMode, Plan, Source as Ended, definition, link, replay};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::json;
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Ctx, Error, FieldError, Json, Path, Permission, Problem, Result, Routes,
    invalid, invalid_state, not_found,
};

use super::begin::Beginning;
use super::model::Execution;
use super::{sql, start};
use crate::Automation;
use crate::runner::{Link, StartError, journal};
use crate::trigger::execution_id;
use crate::workflow::{Source, check, refused};

pub(super) fn routes() -> Routes<Automation> {
    let execute = Access::Permission(Permission::ExecuteWorkflow);
    Routes::new()
        .add(execute, routes!(retry))
        .add(execute, routes!(resume_from))
        .add(execute, routes!(fork))
        .add(execute, routes!(rollback))
}

/// From where an execution is done again.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ResumeFrom {
    /// The step; it and everything after it is done again.
    step: String,
}

/// How a copy of an execution differs.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Fork {
    /// The step to go on from; everything is done again when absent.
    step: Option<String>,
    /// Other inputs; those of the execution when absent.
    #[schema(value_type = Option<Object>)]
    inputs: Option<Value>,
    /// Another definition; that of the execution when absent.
    definition: Option<String>,
    /// Another model.
    model: Option<String>,
}

/// Retry an ended execution: a new one keeps what ended well and does the rest again.
#[utoipa::path(post, path = "/api/v1/executions/{id}/retry", operation_id = "retry_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")),
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It has not ended, or everything went well", body = Problem)))]
async fn retry(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
) -> Result<(StatusCode, Json<Execution>)> {
    go_on(&ctx, &automation, id, LinkMode::Retry, Fork::default()).await
}

/// Resume an ended execution from a step: a new one does that step and all after it again.
#[utoipa::path(post, path = "/api/v1/executions/{id}/resume-from", operation_id = "resume_execution_from", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")), request_body = ResumeFrom,
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 404, description = "There is no such execution or step", body = Problem),
        (status = 409, description = "It has not ended", body = Problem)))]
async fn resume_from(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
    Json(body): Json<ResumeFrom>,
) -> Result<(StatusCode, Json<Execution>)> {
    let fork = Fork { step: Some(body.step), ..Fork::default() };
    go_on(&ctx, &automation, id, LinkMode::Resume, fork).await
}

/// Fork an ended execution: a new one goes on from a step with other inputs, another
/// definition or another model.
#[utoipa::path(post, path = "/api/v1/executions/{id}/fork", operation_id = "fork_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")), request_body = Fork,
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 400, description = "An input or the definition is wrong", body = Problem),
        (status = 404, description = "There is no such execution or step", body = Problem),
        (status = 409, description = "It has not ended", body = Problem)))]
async fn fork(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
    Json(body): Json<Fork>,
) -> Result<(StatusCode, Json<Execution>)> {
    go_on(&ctx, &automation, id, LinkMode::Fork, body).await
}

/// Roll an ended execution back: a new one runs the compensations of what was done, the
/// last one first.
#[utoipa::path(post, path = "/api/v1/executions/{id}/rollback", operation_id = "roll_back_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")),
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It has not ended, or nothing can be undone", body = Problem)))]
async fn rollback(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(id): Path<ExecutionId>,
) -> Result<(StatusCode, Json<Execution>)> {
    go_on(&ctx, &automation, id, LinkMode::Rollback, Fork::default()).await
}

async fn go_on(
    ctx: &Ctx,
    automation: &Automation,
    id: ExecutionId,
    mode: LinkMode,
    wanted: Fork,
) -> Result<(StatusCode, Json<Execution>)> {
    let caller = ctx.caller()?;
    let organisation = caller.organisation;
    let _place = automation.runner.admit()?;
    let mut tx = ctx.read().await?;
    let ended = sql::get(&mut tx, organisation, id).await?;
    let ended = ended.ok_or_else(|| not_found("execution", id))?;
    let text = sql::definition(&mut tx, organisation, id).await?.unwrap_or_default();
    let old = Plan::new(definition::parse(&text).map_err(refused)?);
    let events = journal(&mut tx, organisation, id).await?;
    let (rollbacks, is_undone) = sql::rollbacks(&mut tx, organisation, id).await?;
    // another definition is no revision of the workflow
    let is_same = wanted.definition.as_ref().is_none_or(|other| *other == text);
    let revision = ended.workflow.revision.filter(|_| is_same);
    let text = wanted.definition.unwrap_or(text);
    let plan = check(automation, &mut tx, organisation, &text).await?.map_err(refused)?;
    drop(tx);
    if is_undone {
        return Err(undone(id));
    }
    let inputs = wanted.inputs.as_ref().unwrap_or(&ended.inputs);
    let inputs = plan.definition().accept_inputs(inputs).map_err(|problems| {
        let fields = problems
            .into_iter()
            .map(|problem| FieldError { field: problem.field, message: problem.message });
        Error::invalid_fields(fields.collect())
    })?;
    let state = replay(&old, &events);
    let name = id.to_string();
    let source = Ended { execution: &name, plan: &old, state: &state };
    let mut seed = [0; 8];
    ctx.random().fill(&mut seed);
    let seed = u64::from_le_bytes(seed);
    let linked = link(&plan, source, mode, wanted.step.as_deref(), inputs.clone(), seed);
    let (state, events) = linked.map_err(|error| match error {
        engine::LinkError::UnknownStep(_) => invalid("step", error.to_string()),
        error => invalid_state(error.to_string()),
    })?;
    let (starter, _) = start::starter(caller);
    let new_id = match mode {
        // The same for all who ask at once: what was done is undone once.
        LinkMode::Rollback => execution_id(&["rollback", &name, &rollbacks.to_string()]),
        LinkMode::Retry | LinkMode::Resume | LinkMode::Fork => {
            ExecutionId::new(ctx.now(), ctx.random().as_ref())
        }
    };
    let entry = AuditEntry::new("execution_continued", "execution", new_id);
    let entry = entry.with(json!({ "execution": id, "how": mode.as_str() }));
    let new = Beginning {
        organisation,
        id: new_id,
        source: Source {
            slug: ended.workflow.slug,
            name: ended.workflow.name,
            revision,
            text,
            plan,
            is_archived: false,
        },
        inputs,
        project: ended.project,
        charge: ended.charged_to.unwrap_or_default(),
        model: wanted.model.or(ended.asked_model),
        priority: Some(ended.priority),
        title: Some(ended.title),
        starter,
        trigger: mode.as_str(),
        link: Some(Box::new(Link { execution: id, mode, state, events })),
        depth: 0,
        beside: None,
        audit: Some(audited(ctx, entry)?),
    };
    let new = new.execution(ctx.random().as_ref()).map_err(|why| invalid("inputs", why))?;
    automation.runner.create(new).await.map_err(|error| {
        // Of these, only the id of a rollback can be there.
        if matches!(error, StartError::Exists) { undone(id) } else { start::not_made(&error) }
    })?;
    let mut tx = ctx.read().await?;
    let made = sql::get(&mut tx, organisation, new_id).await?;
    let made = made.ok_or_else(|| Error::internal(format!("execution {new_id} is not there")))?;
    Ok((StatusCode::ACCEPTED, Json(made)))
}

fn undone(id: ExecutionId) -> Error {
    invalid_state(format!("another execution has undone what execution {id} did; start it anew"))
}
