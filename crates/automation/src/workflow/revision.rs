//! The revisions of a workflow: reading them, comparing them, drawing them.

use axum::extract::State;
use base::{Page, PageRequest};
use engine::definition;
use serde::Deserialize;
use utoipa_axum::routes;
use web::{
    Access, Ctx, Error, Json, Path, Permission, Problem, Query, Result, Routes, invalid, not_found,
};

use super::graph::Graph;
use super::model::{Diff, Revision};
use super::sql::{self, SavedRevision};
use crate::Automation;

pub(super) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    Routes::new()
        .add(view, routes!(list))
        .add(view, routes!(get))
        .add(view, routes!(diff))
        .add(view, routes!(graph))
}

/// List the revisions of a workflow, the newest first. One that comes with the program has
/// none.
#[utoipa::path(get, path = "/api/v1/workflows/{slug}/revisions", operation_id = "list_workflow_revisions", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug"), PageRequest),
    responses((status = 200, description = "A page of revisions", body = Page<Revision>),
        (status = 404, description = "There is no such workflow", body = Problem)))]
async fn list(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(slug): Path<String>,
    Query(page): Query<PageRequest>,
) -> Result<Json<Page<Revision>>> {
    let organisation = ctx.organisation()?;
    let before = page.cursor.as_deref().map(str::parse::<i64>).transpose();
    let before = before
        .map_err(|_| invalid("cursor", "is not a cursor of this list; start again without one"))?;
    let mut tx = ctx.read().await?;
    let rows = sql::revisions(&mut tx, organisation, &slug, before, page.limit()).await?;
    if rows.is_empty() && before.is_none() && automation.workflows.get(&slug).is_none() {
        return Err(not_found("workflow", &slug));
    }
    let rows = rows.into_iter().map(|row| Revision { definition: None, ..told(row) }).collect();
    Ok(Json(Page::from_rows(rows, page.limit(), |revision| revision.number.to_string())))
}

/// Get one revision of a workflow with its definition.
#[utoipa::path(get, path = "/api/v1/workflows/{slug}/revisions/{number}", operation_id = "get_workflow_revision", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug"), ("number" = i64, Path, description = "The revision's number")),
    responses((status = 200, description = "The revision", body = Revision),
        (status = 404, description = "There is no such workflow or revision", body = Problem)))]
async fn get(ctx: Ctx, Path((slug, number)): Path<(String, i64)>) -> Result<Json<Revision>> {
    Ok(Json(told(read(&ctx, &slug, number).await?)))
}

/// Which revisions are compared.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DiffQuery {
    /// The number of the first.
    from: i64,
    /// The number of the second.
    to: i64,
}

/// Compare two revisions of a workflow.
#[utoipa::path(get, path = "/api/v1/workflows/{slug}/diff", operation_id = "diff_workflow_revisions", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug"), DiffQuery),
    responses((status = 200, description = "What changed", body = Diff),
        (status = 404, description = "There is no such workflow or revision", body = Problem)))]
async fn diff(
    ctx: Ctx,
    Path(slug): Path<String>,
    Query(query): Query<DiffQuery>,
) -> Result<Json<Diff>> {
    let before = read(&ctx, &slug, query.from).await?.definition;
    let after = read(&ctx, &slug, query.to).await?.definition;
    let changes = definition::diff(&parse(&slug, &before)?, &parse(&slug, &after)?);
    Ok(Json(Diff {
        changes: changes.into_iter().map(Into::into).collect(),
        text_before: before,
        text_after: after,
    }))
}

/// Which revision is drawn.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct GraphQuery {
    /// Its number; the newest when absent.
    revision: Option<i64>,
}

/// Get the graph of a workflow: as steps and edges, as Mermaid and as DOT.
#[utoipa::path(get, path = "/api/v1/workflows/{slug}/graph", operation_id = "get_workflow_graph", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug"), GraphQuery),
    responses((status = 200, description = "The graph", body = Graph),
        (status = 404, description = "There is no such workflow or revision", body = Problem)))]
async fn graph(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(slug): Path<String>,
    Query(query): Query<GraphQuery>,
) -> Result<Json<Graph>> {
    if let Some(number) = query.revision {
        let revision = read(&ctx, &slug, number).await?;
        return Ok(Json(Graph::of(&parse(&slug, &revision.definition)?)));
    }
    let text = text(&ctx, &automation, &slug).await?;
    Ok(Json(Graph::of(&parse(&slug, &text)?)))
}

/// The text of a workflow as it is now.
pub(super) async fn text(ctx: &Ctx, automation: &Automation, slug: &str) -> Result<String> {
    let mut tx = ctx.read().await?;
    if let Some(saved) = sql::latest(&mut tx, ctx.organisation()?, slug).await? {
        return Ok(saved.definition);
    }
    let built_in = automation.workflows.get(slug).ok_or_else(|| not_found("workflow", slug))?;
    Ok(built_in.text.clone())
}

async fn read(ctx: &Ctx, slug: &str, number: i64) -> Result<SavedRevision> {
    let mut tx = ctx.read().await?;
    let found = sql::revision(&mut tx, ctx.organisation()?, slug, number).await?;
    found.ok_or_else(|| not_found("revision", format!("{slug}/{number}")))
}

/// What was saved was checked; only another version of the program may refuse it.
fn parse(slug: &str, text: &str) -> Result<engine::Definition> {
    definition::parse(text).map_err(|problems| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Error::internal(format!("workflow \"{slug}\" is not understood any more: {first}"))
    })
}

fn told(row: SavedRevision) -> Revision {
    Revision {
        number: row.number,
        name: row.name,
        created_at: row.created_at,
        created_by: row.created_by,
        definition: Some(row.definition),
    }
}
