//! Routes of workflows.

use axum::extract::State;
use axum::http::StatusCode;
use base::{Page, WorkflowId, WorkflowRevisionId};
use engine::{Plan, definition};
use sha2::{Digest as _, Sha256};
use utoipa_axum::routes;
use web::{Access, Ctx, Json, Path, Permission, Problem, Result, Routes, conflict, not_found};

use super::find::{check, refused};
use super::model::{DefinitionText, Validation, Workflow, WorkflowSource, slug};
use super::sql::{self, NewRevision, Saved};
use crate::Automation;

pub(crate) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    let create = Access::Permission(Permission::CreateWorkflow);
    Routes::new()
        .add(view, routes!(list))
        .add(view, routes!(get))
        .add(view, routes!(validate))
        .add(create, routes!(save))
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

/// Check a definition without saving or running anything.
#[utoipa::path(post, path = "/api/v1/workflows/validate", operation_id = "validate_workflow", tag = "workflows",
    request_body = DefinitionText,
    responses((status = 200, description = "What was found", body = Validation)))]
async fn validate(
    ctx: Ctx,
    State(automation): State<Automation>,
    Json(body): Json<DefinitionText>,
) -> Result<Json<Validation>> {
    let mut tx = ctx.read().await?;
    let checked = check(&automation, &mut tx, ctx.organisation()?, &body.definition).await?;
    drop(tx);
    let errors = match checked {
        Ok(_) => Vec::new(),
        Err(problems) => problems.into_iter().map(Into::into).collect(),
    };
    Ok(Json(Validation { ok: errors.is_empty(), errors }))
}

/// Save a definition: a new workflow, or a new revision of the one with the same name.
#[utoipa::path(post, path = "/api/v1/workflows", operation_id = "save_workflow", tag = "workflows",
    request_body = DefinitionText,
    responses((status = 201, description = "The workflow with its new revision", body = Workflow),
        (status = 400, description = "The definition is wrong; `errors` names each place", body = Problem),
        (status = 409, description = "The name belongs to the program, or somebody saved at the same time", body = Problem)))]
async fn save(
    ctx: Ctx,
    State(automation): State<Automation>,
    Json(body): Json<DefinitionText>,
) -> Result<(StatusCode, Json<Workflow>)> {
    let mut tx = ctx.read().await?;
    let checked = check(&automation, &mut tx, ctx.organisation()?, &body.definition).await?;
    drop(tx);
    let plan = checked.map_err(refused)?;
    let key = slug(&plan.definition().name);
    if automation.workflows.get(&key).is_some() {
        return Err(conflict(format!(
            "the workflow \"{key}\" comes with the program; give yours another name"
        )));
    }
    let caller = ctx.caller()?.clone();
    let (organisation, now) = (caller.organisation, ctx.now());
    let hash = base::hex(&Sha256::digest(body.definition.as_bytes()));
    let workflow = WorkflowId::new(now, ctx.random().as_ref());
    let id = WorkflowRevisionId::new(now, ctx.random().as_ref());
    let definition = plan.definition().clone();
    let saved = ctx
        .write(move |tx| {
            Box::pin(async move {
                let latest = sql::latest(tx, organisation, &key).await?;
                if let Some(same) = latest.as_ref().filter(|latest| latest.content_hash == hash) {
                    return Ok((key, same.revision, same.created_at));
                }
                let number = latest.as_ref().map_or(1, |latest| latest.revision + 1);
                let new = NewRevision {
                    organisation,
                    workflow: latest.map_or(workflow, |latest| latest.id),
                    id,
                    slug: &key,
                    number,
                    name: &definition.name,
                    description: &definition.description,
                    definition: &body.definition,
                    content_hash: &hash,
                    by: &caller.name,
                    at: now,
                };
                if !sql::save(tx, &new).await? {
                    return Err(conflict(format!(
                        "somebody else saved workflow \"{key}\" just now; look at theirs first"
                    )));
                }
                Ok((key, number, now))
            })
        })
        .await?;
    let (key, number, at) = saved;
    let mut workflow = Workflow::new(&key, &plan, WorkflowSource::Organisation);
    workflow.revision = Some(number);
    workflow.created_at = Some(at);
    Ok((StatusCode::CREATED, Json(workflow)))
}

/// A saved workflow as the API tells it; one that a newer program refuses is left out of
/// lists, with a line in the log.
fn view(saved: &Saved) -> Option<Workflow> {
    match definition::parse(&saved.definition) {
        Ok(definition) => {
            let plan = Plan::new(definition);
            let mut workflow = Workflow::new(&saved.slug, &plan, WorkflowSource::Organisation);
            workflow.name.clone_from(&saved.name);
            workflow.revision = Some(saved.revision);
            workflow.created_at = Some(saved.created_at);
            Some(workflow)
        }
        Err(problems) => {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            tracing::warn!("workflow \"{}\" is not understood any more: {first}", saved.slug);
            None
        }
    }
}
