//! Starting executions: of a saved workflow, or of a definition that comes along.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::{ExecutionId, OrganisationId, UserId};
use engine::Plan;
use engine::definition::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::procedure::{CallContext, ProcedureError};
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Caller, CallerKind, Ctx, Error, FieldError, Json, Path, Permission,
    Problem, Result, Routes, invalid, invalid_state, not_found,
};

use super::audited::audited;
use super::begin::Beginning;
use super::model::Execution;
use super::patience::Patience;
use super::sql;
use crate::runner::{Beside, Charge, Place, StartError, Starter};
use crate::workflow::{Source, check, find, refused};
use crate::{Automation, text};

/// The slug of what is not saved.
pub(super) const AD_HOC: &str = "ad_hoc";
/// When to come again where as many executions are there as the server takes.
pub(super) const WHEN_FULL: Duration = Duration::from_secs(30);

pub(super) fn routes() -> Routes<Automation> {
    let execute = Access::Permission(Permission::ExecuteWorkflow);
    Routes::new().add(execute, routes!(execute_workflow)).add(execute, routes!(start_execution))
}

/// What an execution of a workflow is given.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ExecuteWorkflow {
    /// The workflow's inputs.
    #[serde(default)]
    #[schema(value_type = Object)]
    inputs: Value,
    /// The key of the project that it works for; the item's when absent.
    project: Option<String>,
    /// The key of the work item that it is about; budgets of the item and of its epic pay, too.
    item: Option<String>,
    /// The sprint that it is part of; a budget of this name pays, too.
    sprint: Option<String>,
    /// The model, when a certain one is wanted.
    model: Option<String>,
    /// `critical`, `high`, `medium` or `low`; as the workflow says when absent.
    priority: Option<Priority>,
}

/// An execution of a definition that comes along.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct StartExecution {
    /// The definition, in YAML or JSON.
    definition: String,
    /// Its inputs.
    #[serde(default)]
    #[schema(value_type = Object)]
    inputs: Value,
    /// The key of the project that it works for; the item's when absent.
    project: Option<String>,
    /// The key of the work item that it is about; budgets of the item and of its epic pay, too.
    item: Option<String>,
    /// The sprint that it is part of; a budget of this name pays, too.
    sprint: Option<String>,
    /// The model, when a certain one is wanted.
    model: Option<String>,
    /// `critical`, `high`, `medium` or `low`; as the workflow says when absent.
    priority: Option<Priority>,
}

/// How urgent an execution is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Priority {
    /// Before everything else.
    Critical,
    /// Before what is usual.
    High,
    /// As usual.
    #[default]
    Medium,
    /// When there is nothing else to do.
    Low,
}

impl Priority {
    /// The word that rows and answers have.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// Execute a workflow.
#[utoipa::path(post, path = "/api/v1/workflows/{slug}/execute", operation_id = "execute_workflow", tag = "executions",
    params(("slug" = String, Path, description = "The workflow's slug"),
        ("Prefer" = Option<String>, Header, description = "`wait=N`: answer when the execution has ended, after N seconds (60 at most) in any case"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body = ExecuteWorkflow,
    responses((status = 200, description = "The execution, which has ended; only with `Prefer: wait=N`", body = Execution),
        (status = 202, description = "The execution, accepted and durable", body = Execution),
        (status = 400, description = "An input is wrong", body = Problem),
        (status = 404, description = "There is no such workflow or project", body = Problem),
        (status = 409, description = "No model is connected", body = Problem),
        (status = 429, description = "Too many are being started, or have not ended; `Retry-After` says when to come again", body = Problem)))]
async fn execute_workflow(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Json(body): Json<ExecuteWorkflow>,
) -> Result<(StatusCode, Json<Execution>)> {
    let place = automation.runner.admit()?;
    let mut tx = ctx.glance().await?;
    let source = find(&automation, &mut tx, ctx.organisation()?, &slug).await?;
    drop(tx);
    let wanted = Wanted {
        source,
        inputs: body.inputs,
        project: body.project,
        item: body.item,
        sprint: body.sprint,
        model: body.model,
        priority: body.priority,
        title: None,
    };
    start(&ctx, &automation, &headers, wanted, place).await
}

/// Execute a definition that is not saved.
#[utoipa::path(post, path = "/api/v1/executions", operation_id = "start_execution", tag = "executions",
    params(("Prefer" = Option<String>, Header, description = "`wait=N`: answer when the execution has ended, after N seconds (60 at most) in any case"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")),
    request_body = StartExecution,
    responses((status = 200, description = "The execution, which has ended; only with `Prefer: wait=N`", body = Execution),
        (status = 202, description = "The execution, accepted and durable", body = Execution),
        (status = 400, description = "The definition or an input is wrong", body = Problem),
        (status = 404, description = "There is no such project", body = Problem),
        (status = 409, description = "No model is connected", body = Problem),
        (status = 429, description = "Too many are being started, or have not ended; `Retry-After` says when to come again", body = Problem)))]
async fn start_execution(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Json(body): Json<StartExecution>,
) -> Result<(StatusCode, Json<Execution>)> {
    let place = automation.runner.admit()?;
    let mut tx = ctx.read().await?;
    let checked = check(&automation, &mut tx, ctx.organisation()?, &body.definition).await?;
    drop(tx);
    let plan = checked.map_err(refused)?;
    let name = plan.definition().name.clone();
    let source = Source {
        slug: AD_HOC.to_owned(),
        name,
        revision: None,
        text: body.definition,
        plan,
        is_archived: false,
    };
    let wanted = Wanted {
        source,
        inputs: body.inputs,
        project: body.project,
        item: body.item,
        sprint: body.sprint,
        model: body.model,
        priority: body.priority,
        title: None,
    };
    start(&ctx, &automation, &headers, wanted, place).await
}

/// An execution that somebody wants.
pub(super) struct Wanted {
    pub source: Source,
    pub inputs: Value,
    pub project: Option<String>,
    pub item: Option<String>,
    pub sprint: Option<String>,
    pub model: Option<String>,
    pub priority: Option<Priority>,
    pub title: Option<String>,
}

/// Checks everything that can be known now, then makes the execution.
pub(super) async fn start(
    ctx: &Ctx,
    automation: &Automation,
    headers: &HeaderMap,
    wanted: Wanted,
    place: Place,
) -> Result<(StatusCode, Json<Execution>)> {
    let caller = ctx.caller()?;
    let definition = wanted.source.plan.definition();
    let inputs = definition.accept_inputs(&wanted.inputs).map_err(|problems| {
        let fields = problems
            .into_iter()
            .map(|problem| FieldError { field: problem.field, message: problem.message });
        Error::invalid_fields(fields.collect())
    })?;
    if wanted.model.as_deref().is_some_and(|model| !text::is_line(model)) {
        return Err(invalid("model", "has characters that are not text; name a model"));
    }
    let (project, charge) = about(ctx, automation, &wanted).await?;
    let (plan, model) = (&wanted.source.plan, wanted.model.as_deref());
    check_model(automation, caller.organisation, plan, model)?;
    let id = execution_id(ctx, headers, caller.user)?;
    let priority = wanted.priority.map(|priority| priority.as_str().to_owned());
    let (starter, trigger) = starter(caller);
    let new = Beginning {
        organisation: caller.organisation,
        id,
        source: wanted.source,
        inputs,
        project,
        charge,
        model: wanted.model,
        priority,
        title: wanted.title,
        starter,
        trigger,
        link: None,
        depth: 0,
        beside: None,
        audit: audit_of_start(ctx, id)?,
    };
    let patience = Patience::of(headers, automation, id);
    let new = new.execution(ctx.random().as_ref()).map_err(|why| invalid("inputs", why))?;
    let accepted = Execution::of(&new);
    // A saved workflow may have a newer revision when the request is repeated.
    let ad_hoc = (new.workflow_slug == AD_HOC).then(|| new.definition.clone());
    let accepted = match automation.runner.create(new).await {
        Ok(made) => accepted.made(made),
        Err(StartError::Exists) => {
            let mut tx = ctx.read().await?;
            let first = sql::get(&mut tx, caller.organisation, id).await?;
            let definition = sql::definition(&mut tx, caller.organisation, id).await?;
            let first = first.filter(|first| asks_the_same(first, &accepted));
            let first = first.filter(|_| ad_hoc.is_none() || ad_hoc == definition);
            first.ok_or_else(key_reused)?
        }
        Err(error) => return Err(not_made(&error)),
    };
    // whoever waits for the end holds nobody up
    drop(place);
    match patience {
        Some(patience) => patience.answer(ctx, accepted).await,
        None => Ok((StatusCode::ACCEPTED, Json(accepted))),
    }
}

/// What a caller is told whose execution was not made.
pub(super) fn not_made(error: &StartError) -> Error {
    match error {
        StartError::Exists => Error::internal("a fresh id exists already".to_owned()),
        StartError::Circle(_) => invalid_state(error.to_string()),
        StartError::Full(_) => Error::rate_limited(error.to_string(), WHEN_FULL),
        StartError::Unavailable(why) => {
            Error::unavailable("engine_unavailable", why.clone(), Duration::from_secs(2))
        }
    }
}

/// What a caller is told whose key stands for another request.
pub(crate) fn key_reused() -> Error {
    Error::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "this Idempotency-Key was used for a different request; make a new one",
    )
}

/// Whether a repeated request asks for what the first one did.
fn asks_the_same(first: &Execution, again: &Execution) -> bool {
    // a key may stand for a retry or for a schedule, too
    matches!(first.trigger.as_str(), "manual" | "api")
        && first.workflow.slug == again.workflow.slug
        && first.inputs == again.inputs
        && first.project == again.project
        && first.charged_to == again.charged_to
        && first.asked_model == again.asked_model
        && first.priority == again.priority
}

/// What people start by hand stands in the audit log. What programs start is told by the
/// execution itself, and would drown the rest.
fn audit_of_start(ctx: &Ctx, id: ExecutionId) -> Result<Option<Beside>> {
    match ctx.caller()?.kind {
        CallerKind::Session(_) => {
            audited(ctx, AuditEntry::new("execution_started", "execution", id)).map(Some)
        }
        CallerKind::ApiKey(_) => Ok(None),
    }
}

/// Who starts an execution, and by what.
pub(super) fn starter(caller: &Caller) -> (Starter, &'static str) {
    let (kind, trigger) = match caller.kind {
        CallerKind::Session(_) => ("user", "manual"),
        CallerKind::ApiKey(_) => ("api_key", "api"),
    };
    (
        Starter {
            kind,
            id: caller.user.to_string(),
            name: caller.name.clone(),
            key: None,
            behind: None,
        },
        trigger,
    )
}

/// The same key of the same user gives the same id, so that a repeated request finds the
/// execution of the first one, however long ago it was.
pub(crate) fn execution_id(ctx: &Ctx, headers: &HeaderMap, user: UserId) -> Result<ExecutionId> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(ExecutionId::new(ctx.now(), ctx.random().as_ref()));
    };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= 200);
    let key =
        key.ok_or_else(|| invalid("Idempotency-Key", "use 1 to 200 visible ASCII characters"))?;
    let digest =
        Sha256::digest(format!("{}\u{1f}{user}\u{1f}{key}", ctx.organisation()?).as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Ok(ExecutionId::from_u128(u128::from_be_bytes(bytes) >> 1))
}

/// The project's key as the feature writes it that keeps it and is asked by its procedure:
/// budgets, events and lists know the project by that.
pub(crate) async fn find_project(
    ctx: &Ctx,
    automation: &Automation,
    project: &str,
) -> Result<String> {
    let found = ask(ctx, automation, "find_project", "project", project).await?;
    Ok(found["key"].as_str().unwrap_or(project).to_owned())
}

/// The project that an execution works for and what else it is about, as the feature that keeps
/// it writes it. An item is its project's, so that the project's budgets pay with the item's.
async fn about(
    ctx: &Ctx,
    automation: &Automation,
    wanted: &Wanted,
) -> Result<(Option<String>, Charge)> {
    let is_name = |name: &str| !name.trim().is_empty() && text::is_line(name) && name.len() <= 200;
    let mut project = match &wanted.project {
        Some(project) => Some(find_project(ctx, automation, project).await?),
        None => None,
    };
    if wanted.sprint.as_deref().is_some_and(|name| !is_name(name)) {
        return Err(invalid("sprint", "use 1 to 200 letters on one line"));
    }
    let mut charge = Charge { sprint: wanted.sprint.clone(), ..Charge::default() };
    if let Some(item) = &wanted.item {
        let found = ask(ctx, automation, "find_work_item", "item", item).await?;
        let text = |field: &str| found[field].as_str().map(str::to_owned);
        let of_item = text("project");
        if project.is_some() && project != of_item {
            return Err(invalid("item", "belongs to another project; leave one of the two out"));
        }
        (project, charge.item, charge.epic) = (of_item, text("key"), text("epic"));
    }
    Ok((project, charge))
}

/// What another feature knows of something that is named here.
async fn ask(
    ctx: &Ctx,
    automation: &Automation,
    procedure: &str,
    field: &'static str,
    name: &str,
) -> Result<Value> {
    let procedure = automation.procedures.get(procedure);
    let Some(procedure) = procedure.filter(|_| text::is_line(name)) else {
        return Err(not_found(field, name));
    };
    let context = CallContext {
        organisation: ctx.organisation()?,
        execution: None,
        step: None,
        result: None,
        actor: ctx.caller()?.name.clone(),
        model: None,
        scripted: false,
        now: ctx.now(),
        random: ctx.random().clone(),
    };
    let mut tx = ctx.read().await?;
    match procedure.call(&mut tx, &context, json!({ field: name })).await {
        Ok(done) => Ok(done.output),
        Err(ProcedureError::NotFound(_)) => Err(not_found(field, name)),
        Err(ProcedureError::Invalid(message) | ProcedureError::Refused { message, .. }) => {
            Err(invalid(field, message))
        }
        Err(ProcedureError::Store(error)) => Err(error.into()),
    }
}

/// A workflow with agents needs a model, and it is better to say so now than in a step.
pub(crate) fn check_model(
    automation: &Automation,
    organisation: OrganisationId,
    plan: &Plan,
    model: Option<&str>,
) -> Result<()> {
    let steps = &plan.definition().steps;
    let needs_model =
        steps.iter().any(|step| matches!(step.action, Action::Agent { model: None, .. }));
    let has_default = || automation.models.default_model_of(organisation).is_some();
    if !needs_model || model.is_some() || has_default() {
        return Ok(());
    }
    Err(Error::new(
        StatusCode::CONFLICT,
        "no_model",
        "no model is connected: run \"hishamos model install default\" for the small local one, or connect a provider in hishamos.toml",
    ))
}
