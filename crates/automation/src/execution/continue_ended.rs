//! Continuing what has ended: a retry, a resume from a step, a fork and a rollback are
//! executions of their own that keep the results of the steps before.

use super::audited::audited;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{ExecutionId, OrganisationId};
use engine::{Event, LinkMode, Plan, Source as Ended, definition, link, replay};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::json;
use store::Tx;
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Ctx, Error, FieldError, Json, Path, Permission, Problem, Result, Routes,
    invalid, invalid_state, not_found,
};

use super::begin::Beginning;
use super::model::Execution;
use super::{sql, start};
use crate::Automation;
use crate::runner::{Bar, Link, StartError, barred, journal};
use crate::trigger;
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
    params(("id" = ExecutionId, Path, description = "The execution's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It has not ended, or everything went well", body = Problem),
        (status = 422, description = "The key was used for something else", body = Problem)))]
async fn retry(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
) -> Result<(StatusCode, Json<Execution>)> {
    go_on(&ctx, &automation, &headers, id, LinkMode::Retry, Fork::default()).await
}

/// Resume an ended execution from a step: a new one does that step and all after it again.
#[utoipa::path(post, path = "/api/v1/executions/{id}/resume-from", operation_id = "resume_execution_from", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")), request_body = ResumeFrom,
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 404, description = "There is no such execution or step", body = Problem),
        (status = 409, description = "It has not ended", body = Problem),
        (status = 422, description = "The key was used for something else", body = Problem)))]
async fn resume_from(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
    Json(body): Json<ResumeFrom>,
) -> Result<(StatusCode, Json<Execution>)> {
    let fork = Fork { step: Some(body.step), ..Fork::default() };
    go_on(&ctx, &automation, &headers, id, LinkMode::Resume, fork).await
}

/// Fork an ended execution: a new one goes on from a step with other inputs, another
/// definition or another model.
#[utoipa::path(post, path = "/api/v1/executions/{id}/fork", operation_id = "fork_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")), request_body = Fork,
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 400, description = "An input or the definition is wrong", body = Problem),
        (status = 404, description = "There is no such execution or step", body = Problem),
        (status = 409, description = "It has not ended", body = Problem),
        (status = 422, description = "The key was used for something else", body = Problem)))]
async fn fork(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
    Json(body): Json<Fork>,
) -> Result<(StatusCode, Json<Execution>)> {
    go_on(&ctx, &automation, &headers, id, LinkMode::Fork, body).await
}

/// Roll an ended execution back: a new one runs the compensations of what was done, the
/// last one first.
#[utoipa::path(post, path = "/api/v1/executions/{id}/rollback", operation_id = "roll_back_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    responses((status = 202, description = "The new execution", body = Execution),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 409, description = "It has not ended, or nothing can be undone", body = Problem),
        (status = 422, description = "The key was used for something else", body = Problem)))]
async fn rollback(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
) -> Result<(StatusCode, Json<Execution>)> {
    go_on(&ctx, &automation, &headers, id, LinkMode::Rollback, Fork::default()).await
}

async fn go_on(
    ctx: &Ctx,
    automation: &Automation,
    headers: &HeaderMap,
    id: ExecutionId,
    mode: LinkMode,
    wanted: Fork,
) -> Result<(StatusCode, Json<Execution>)> {
    let caller = ctx.caller()?;
    let organisation = caller.organisation;
    let may_repeat = headers.contains_key("idempotency-key");
    let own_id = start::execution_id(ctx, headers, caller.user)?;
    let _place = automation.runner.admit()?;
    let mut tx = ctx.read().await?;
    let ended = sql::get(&mut tx, organisation, id).await?;
    let ended = ended.ok_or_else(|| not_found("execution", id))?;
    let text = sql::definition(&mut tx, organisation, id).await?.unwrap_or_default();
    let old = Plan::new(definition::parse(&text).map_err(refused)?);
    let events = journal(&mut tx, organisation, id).await?;
    let bar = barred(&mut tx, organisation, id, mode).await?;
    let undone_by = match bar {
        Some(Bar::Undone(by)) => Some(by),
        Some(Bar::HalfUndone(_) | Bar::CommonUndone(_) | Bar::InUse(_)) | None => None,
    };
    // What was done is undone once: all who ask for that have the same id, and whoever repeats
    // it is not told that there was one.
    let (new_id, first) = match mode {
        LinkMode::Rollback => {
            let only = trigger::execution_id(&["rollback", &id.to_string(), "0"]);
            (only, undone_by.filter(|_| may_repeat))
        }
        LinkMode::Retry | LinkMode::Resume | LinkMode::Fork => (own_id, Some(own_id)),
    };
    let first = match first {
        Some(first) => sql::get(&mut tx, organisation, first).await?,
        None => None,
    };
    let (starter, _) = start::starter(caller);
    let me = (starter.kind, starter.name.clone());
    let is_mine = |other: &Execution| {
        let by = &other.started_by;
        mode != LinkMode::Rollback || (by.kind.as_str(), &by.name) == (me.0, &me.1)
    };
    // another definition is no revision of the workflow
    let is_same = wanted.definition.as_ref().is_none_or(|other| *other == text);
    let revision = ended.workflow.revision.filter(|_| is_same);
    let text = wanted.definition.unwrap_or(text);
    let model = wanted.model.or(ended.asked_model);
    let state = replay(&old, &events);
    let name = id.to_string();
    let asked = Asked {
        source: Ended { execution: &name, plan: &old, state: &state },
        mode,
        step: wanted.step.as_deref(),
        inputs: wanted.inputs.as_ref().unwrap_or(&ended.inputs),
        text: &text,
        model: model.as_deref(),
    };
    if let Some(first) = first.filter(is_mine) {
        let first = asked.answered(&mut tx, organisation, first).await?;
        return Ok((StatusCode::ACCEPTED, Json(first)));
    }
    let plan = check(automation, &mut tx, organisation, &text).await?.map_err(refused)?;
    drop(tx);
    if let Some(bar) = bar {
        return Err(refusal(id, bar));
    }
    let inputs = plan.definition().accept_inputs(asked.inputs).map_err(|problems| {
        let fields = problems
            .into_iter()
            .map(|problem| FieldError { field: problem.field, message: problem.message });
        Error::invalid_fields(fields.collect())
    })?;
    let mut seed = [0; 8];
    ctx.random().fill(&mut seed);
    let seed = u64::from_le_bytes(seed);
    let linked = link(&plan, asked.source, mode, asked.step, inputs.clone(), seed);
    let (state, events) = linked.map_err(|error| match error {
        engine::LinkError::UnknownStep(_) => invalid("step", error.to_string()),
        error => invalid_state(error.to_string()),
    })?;
    let entry = AuditEntry::new("execution_continued", "execution", new_id);
    let entry = entry.with(json!({ "execution": id, "how": mode.as_str() }));
    let new = Beginning {
        organisation,
        id: new_id,
        source: Source {
            slug: ended.workflow.slug,
            name: ended.workflow.name,
            revision,
            text: text.clone(),
            plan,
            is_archived: false,
        },
        inputs,
        project: ended.project,
        charge: ended.charged_to.unwrap_or_default(),
        model: model.clone(),
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
    let is_new = match automation.runner.create(new).await {
        Ok(_) => true,
        // the same request came twice at the same time, or another one that crosses it
        Err(StartError::Exists) => false,
        Err(error) => return Err(start::not_made(&error)),
    };
    let mut tx = ctx.read().await?;
    let made = sql::get(&mut tx, organisation, new_id).await?;
    let Some(made) = made else {
        let bar = barred(&mut tx, organisation, id, mode).await?;
        return Err(bar.map_or_else(|| crossed(id), |bar| refusal(id, bar)));
    };
    if !is_new && mode == LinkMode::Rollback && !(may_repeat && is_mine(&made)) {
        return Err(refusal(id, Bar::Undone(new_id)));
    }
    let made = if is_new { made } else { asked.answered(&mut tx, organisation, made).await? };
    Ok((StatusCode::ACCEPTED, Json(made)))
}

/// Why an execution is not continued.
fn refusal(id: ExecutionId, bar: Bar) -> Error {
    invalid_state(match bar {
        Bar::Undone(_) => {
            format!("another execution has undone what execution {id} did; start it anew")
        }
        Bar::HalfUndone(by) => format!(
            "execution {by} was to undo what execution {id} did and ended before that; roll it back to undo the rest, or fork it"
        ),
        Bar::CommonUndone(by) => format!(
            "execution {by} has undone results that execution {id} has in common with it; start it anew"
        ),
        Bar::InUse(by) => format!(
            "execution {by} goes on with results of execution {id}; wait for its end or cancel it first"
        ),
    })
}

/// What stood in the way when it was to be made does so no more.
fn crossed(id: ExecutionId) -> Error {
    invalid_state(format!("another execution continued execution {id} at the same time; try again"))
}

/// What a request asks for, to know it again.
struct Asked<'a> {
    source: Ended<'a>,
    mode: LinkMode,
    step: Option<&'a str>,
    inputs: &'a Value,
    text: &'a str,
    model: Option<&'a str>,
}

impl Asked<'_> {
    /// The execution that the first request with this key made, if it asked for the same.
    async fn answered(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        first: Execution,
    ) -> Result<Execution> {
        let text = sql::definition(tx, organisation, first.id).await?;
        let facts = journal(tx, organisation, first.id).await?;
        let is_same = text.as_deref() == Some(self.text)
            && first.asked_model.as_deref() == self.model
            && self.begins(&facts);
        if is_same { Ok(first) } else { Err(start::key_reused()) }
    }

    /// Whether an execution with these facts began as this one would: what has ended stays as it
    /// is, so the same wish gives the same first facts.
    fn begins(&self, facts: &[Event]) -> bool {
        let Some(Event::ExecutionCreated { seed, .. }) = facts.first() else { return false };
        let Ok(definition) = definition::parse(self.text) else { return false };
        let plan = Plan::new(definition);
        let Ok(inputs) = plan.definition().accept_inputs(self.inputs) else { return false };
        let linked = link(&plan, self.source, self.mode, self.step, inputs, *seed);
        linked.is_ok_and(|(_, begun)| facts.starts_with(&begun))
    }
}
