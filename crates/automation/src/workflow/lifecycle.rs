//! Putting a workflow away, and bringing it back.

use axum::extract::State;
use utoipa_axum::routes;
use web::{
    Access, AuditEntry, Ctx, Json, Path, Permission, Problem, Result, Routes, conflict, not_found,
};

use super::api::view;
use super::model::Workflow;
use super::sql;
use crate::Automation;

pub(super) fn routes() -> Routes<Automation> {
    let create = Access::Permission(Permission::CreateWorkflow);
    Routes::new().add(create, routes!(archive)).add(create, routes!(activate))
}

/// Archive a workflow: it stays readable, and nothing starts it. What runs goes on.
#[utoipa::path(post, path = "/api/v1/workflows/{slug}/archive", operation_id = "archive_workflow", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug")),
    responses((status = 200, description = "The workflow", body = Workflow),
        (status = 404, description = "There is no such workflow", body = Problem),
        (status = 409, description = "It comes with the program", body = Problem)))]
async fn archive(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(slug): Path<String>,
) -> Result<Json<Workflow>> {
    set(&ctx, &automation, slug, true).await
}

/// Activate an archived workflow.
#[utoipa::path(post, path = "/api/v1/workflows/{slug}/activate", operation_id = "activate_workflow", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug")),
    responses((status = 200, description = "The workflow", body = Workflow),
        (status = 404, description = "There is no such workflow", body = Problem),
        (status = 409, description = "It comes with the program", body = Problem)))]
async fn activate(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(slug): Path<String>,
) -> Result<Json<Workflow>> {
    set(&ctx, &automation, slug, false).await
}

async fn set(
    ctx: &Ctx,
    automation: &Automation,
    slug: String,
    archived: bool,
) -> Result<Json<Workflow>> {
    if automation.workflows.get(&slug).is_some() {
        return Err(conflict(format!(
            "the workflow \"{slug}\" comes with the program and is always there"
        )));
    }
    let (organisation, now) = (ctx.organisation()?, ctx.now());
    let inside = ctx.clone();
    let saved = ctx
        .write(move |tx| {
            Box::pin(async move {
                if sql::set_archived(tx, organisation, &slug, archived, now).await? {
                    let action = if archived { "workflow_archived" } else { "workflow_activated" };
                    AuditEntry::new(action, "workflow", &slug).write(tx, &inside).await?;
                }
                let saved = sql::latest(tx, organisation, &slug).await?;
                saved.ok_or_else(|| not_found("workflow", &slug))
            })
        })
        .await?;
    let workflow = view(&saved).ok_or_else(|| not_found("workflow", &saved.slug))?;
    Ok(Json(workflow))
}
