//! Routes that read and save workflows.

use axum::extract::State;
use axum::http::StatusCode;
use base::Page;
use engine::{Plan, definition};
use utoipa_axum::routes;
use web::{Access, Ctx, Json, Path, Permission, Problem, Query, Result, Routes, not_found};

use super::model::{DefinitionText, Workflow, WorkflowSource, WorkflowStatus};
use super::save::{Place, SaveQuery, save};
use super::sql::{self, Saved};
use crate::Automation;

pub(crate) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    let create = Access::Permission(Permission::CreateWorkflow);
    Routes::new()
        .add(view, routes!(list))
        .add(view, routes!(get))
        .add(create, routes!(create_or_save))
        .add(create, routes!(save_again))
}

/// List the workflows: those of the organisation and those that come with the program.
#[utoipa::path(get, path = "/api/v1/workflows", operation_id = "list_workflows", tag = "workflows",
    responses((status = 200, description = "All workflows, by slug", body = Page<Workflow>)))]
async fn list(ctx: Ctx, State(automation): State<Automation>) -> Result<Json<Page<Workflow>>> {
    let mut tx = ctx.read().await?;
    let saved = sql::list(&mut tx, ctx.organisation()?).await?;
    let mut items: Vec<Workflow> = saved.iter().filter_map(view).collect();
    let own: Vec<String> = items.iter().map(|item| item.slug.clone()).collect();
    let built_in = automation.workflows.iter().filter(|workflow| !own.contains(&workflow.slug));
    items
        .extend(built_in.map(|workflow| {
            Workflow::new(&workflow.slug, &workflow.plan, WorkflowSource::Library)
        }));
    items.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok(Json(Page { items, next: None }))
}

/// Get one workflow with its definition.
#[utoipa::path(get, path = "/api/v1/workflows/{slug}", operation_id = "get_workflow", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug")),
    responses((status = 200, description = "The workflow", body = Workflow),
        (status = 404, description = "There is no such workflow", body = Problem)))]
async fn get(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(slug): Path<String>,
) -> Result<Json<Workflow>> {
    let mut tx = ctx.read().await?;
    if let Some(saved) = sql::latest(&mut tx, ctx.organisation()?, &slug).await? {
        let mut workflow = view(&saved).ok_or_else(|| not_found("workflow", &slug))?;
        workflow.definition = Some(saved.definition);
        return Ok(Json(workflow));
    }
    let built_in = automation.workflows.get(&slug).ok_or_else(|| not_found("workflow", &slug))?;
    let mut workflow = Workflow::new(&built_in.slug, &built_in.plan, WorkflowSource::Library);
    workflow.definition = Some(built_in.text.clone());
    Ok(Json(workflow))
}

/// Save a definition: a new workflow, or a new revision of the one with the same name.
#[utoipa::path(post, path = "/api/v1/workflows", operation_id = "save_workflow", tag = "workflows",
    params(SaveQuery), request_body = DefinitionText,
    responses((status = 201, description = "The workflow with its new revision", body = Workflow),
        (status = 400, description = "The definition is wrong; `errors` names each place", body = Problem),
        (status = 409, description = "The name belongs to the program, or somebody else saved meanwhile", body = Problem)))]
async fn create_or_save(
    ctx: Ctx,
    State(automation): State<Automation>,
    Query(query): Query<SaveQuery>,
    Json(body): Json<DefinitionText>,
) -> Result<(StatusCode, Json<Workflow>)> {
    let saved = save(&ctx, &automation, body.definition, Place::ByName, query.revision).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Save a new revision of a workflow, which may have another name from now on.
#[utoipa::path(put, path = "/api/v1/workflows/{slug}", operation_id = "save_workflow_revision", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug"), SaveQuery), request_body = DefinitionText,
    responses((status = 200, description = "The workflow with its new revision", body = Workflow),
        (status = 400, description = "The definition is wrong; `errors` names each place", body = Problem),
        (status = 404, description = "There is no such workflow", body = Problem),
        (status = 409, description = "It comes with the program, or somebody else saved meanwhile", body = Problem)))]
async fn save_again(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(slug): Path<String>,
    Query(query): Query<SaveQuery>,
    Json(body): Json<DefinitionText>,
) -> Result<Json<Workflow>> {
    let place = Place::Existing(slug);
    Ok(Json(save(&ctx, &automation, body.definition, place, query.revision).await?))
}

/// A saved workflow as the API tells it; one that a newer program refuses is left out of
/// lists, with a line in the log.
pub(super) fn view(saved: &Saved) -> Option<Workflow> {
    match definition::parse(&saved.definition) {
        Ok(definition) => {
            let plan = Plan::new(definition);
            let mut workflow = Workflow::new(&saved.slug, &plan, WorkflowSource::Organisation);
            workflow.name.clone_from(&saved.name);
            workflow.revision = Some(saved.revision);
            workflow.created_at = Some(saved.created_at);
            workflow.status = WorkflowStatus::of(saved.archived_at);
            Some(workflow)
        }
        Err(problems) => {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            tracing::warn!("workflow \"{}\" is not understood any more: {first}", saved.slug);
            None
        }
    }
}
