//! The handlers that change, move, delete and take back work items.

use axum::http::StatusCode;
use base::{ExecutionId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Tx, outbox};
use web::{Ctx, Error, Json, Path, Problem, Result, conflict, invalid_state, not_found};

use super::change::{Optional, WorkItemChange};
use super::{Happened, WorkItem, announce, api, place, sql, undo as rule};
use crate::project::{self, Locked};

/// Where to move an item.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    /// The column to move to.
    pub(crate) column: String,
    /// Put it right before this item of that column.
    pub(crate) before: Option<String>,
    /// Put it right after this item of that column. At the end when both are absent.
    pub(crate) after: Option<String>,
}

/// Whose items to take back.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Undo {
    /// The execution that made them.
    execution_id: ExecutionId,
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct Undone {
    /// How many items were removed.
    removed: i64,
    /// The keys of those that stayed because somebody changed them since, or because they
    /// are epics that still hold something.
    kept: Vec<String>,
}

/// Change what is written in a work item.
#[utoipa::path(patch, path = "/api/v1/work-items/{item_key}", tag = "work items", request_body = WorkItemChange,
    params(("item_key" = String, Path, description = "The item's key, such as CLINIC-3")),
    responses(
        (status = 200, description = "The work item as it is now", body = WorkItem),
        (status = 400, description = "Fields were refused", body = Problem),
        (status = 404, description = "There is no such work item", body = Problem),
        (status = 409, description = "It was changed since the version given", body = Problem)))]
pub(super) async fn change(
    ctx: Ctx,
    Path(key): Path<String>,
    Json(change): Json<WorkItemChange>,
) -> Result<Json<WorkItem>> {
    let context = ctx.clone();
    let item = ctx
        .write(move |tx| {
            Box::pin(async move {
                let (project, item) = held(tx, &context, &key).await?;
                if item.version != change.version {
                    return Err(stale(&item.key));
                }
                let mut changed = change.apply(&item)?;
                match &change.parent {
                    Optional::Keep => {}
                    Optional::Remove => (changed.parent_id, changed.parent) = (None, None),
                    Optional::Set(key) => {
                        let epic = api::epic(tx, &project, item.kind, key).await?;
                        (changed.parent_id, changed.parent) = (Some(epic.id), Some(epic.key));
                    }
                }
                if changed == item {
                    return Ok(item);
                }
                save(tx, &project, &mut changed, context.now()).await?;
                let event = Happened::Updated.to(&changed);
                outbox::append(tx, project.organisation, &[event], context.now()).await?;
                Ok(changed)
            })
        })
        .await?;
    announce(&ctx, ctx.organisation()?, item.project_id);
    Ok(Json(item))
}

/// Move a work item to a column, and to a place in it.
#[utoipa::path(post, path = "/api/v1/work-items/{item_key}/move", tag = "work items", request_body = Move,
    params(("item_key" = String, Path, description = "The item's key, such as CLINIC-3")),
    responses(
        (status = 200, description = "The work item at its new place", body = WorkItem),
        (status = 400, description = "There is no such column or neighbour", body = Problem),
        (status = 404, description = "There is no such work item", body = Problem),
        (status = 409, description = "Epics do not move; or the neighbours changed", body = Problem)))]
pub(super) async fn move_item(
    ctx: Ctx,
    Path(key): Path<String>,
    Json(to): Json<Move>,
) -> Result<Json<WorkItem>> {
    let context = ctx.clone();
    let item = ctx
        .write(move |tx| {
            Box::pin(async move {
                let now = context.now();
                let (project, item) = held(tx, &context, &key).await?;
                let moved = place::move_to(tx, &project, &item, &to, now).await?;
                let Some(mut moved) = moved else { return Ok(item) };
                save(tx, &project, &mut moved, now).await?;
                outbox::append(tx, project.organisation, &[Happened::Moved.to(&moved)], now)
                    .await?;
                Ok(moved)
            })
        })
        .await?;
    announce(&ctx, ctx.organisation()?, item.project_id);
    Ok(Json(item))
}

/// Delete a work item. The items of a deleted epic stay on the board.
#[utoipa::path(delete, path = "/api/v1/work-items/{item_key}", tag = "work items",
    params(("item_key" = String, Path, description = "The item's key, such as CLINIC-3")),
    responses(
        (status = 204, description = "It is gone; its key is not used again"),
        (status = 404, description = "There is no such work item", body = Problem)))]
pub(super) async fn remove(ctx: Ctx, Path(key): Path<String>) -> Result<StatusCode> {
    let context = ctx.clone();
    let project_id = ctx
        .write(move |tx| {
            Box::pin(async move {
                let (project, item) = held(tx, &context, &key).await?;
                let events = super::remove::remove(tx, &project, &item, context.now()).await?;
                outbox::append(tx, project.organisation, &events, context.now()).await?;
                Ok(project.id)
            })
        })
        .await?;
    announce(&ctx, ctx.organisation()?, project_id);
    Ok(StatusCode::NO_CONTENT)
}

/// Take back the items that an execution made, except for those changed since.
#[utoipa::path(post, path = "/api/v1/projects/{key}/work-items/undo", tag = "work items", request_body = Undo,
    params(("key" = String, Path, description = "The project's key")),
    responses(
        (status = 200, description = "What was removed and what was kept", body = Undone),
        (status = 404, description = "There is no such project", body = Problem)))]
pub(super) async fn undo(
    ctx: Ctx,
    Path(key): Path<String>,
    Json(request): Json<Undo>,
) -> Result<Json<Undone>> {
    let organisation = ctx.organisation()?;
    let context = ctx.clone();
    let (project_id, undone) = ctx
        .write(move |tx| {
            Box::pin(async move {
                let project = api::open_project(tx, &context, organisation, &key).await?;
                let undone = take_back(tx, &project, request.execution_id, context.now()).await?;
                Ok((project.id, undone))
            })
        })
        .await?;
    announce(&ctx, organisation, project_id);
    Ok(Json(undone))
}

async fn take_back(
    tx: &mut Tx,
    project: &Locked,
    execution: ExecutionId,
    now: Timestamp,
) -> Result<Undone> {
    let batch = sql::made_by_execution(tx, project, execution).await?;
    let children = sql::parents(tx, project).await?;
    let decided = rule::decide(batch, &children);
    let mut events = Vec::with_capacity(decided.removed.len());
    for item in &decided.removed {
        if !sql::delete(tx, project, item.id, item.version).await? {
            return Err(stale(&item.key));
        }
        events.push(Happened::Deleted.to(item));
    }
    if !events.is_empty() {
        outbox::append(tx, project.organisation, &events, now).await?;
    }
    let kept = decided.kept.into_iter().map(|item| item.key).collect();
    Ok(Undone { removed: events.len() as i64, kept })
}

/// An item, with its project held so that nobody else changes it meanwhile.
async fn held(tx: &mut Tx, ctx: &Ctx, key: &str) -> Result<(Locked, WorkItem)> {
    let organisation = ctx.organisation()?;
    let absent = || not_found("work item", key);
    let project = project::sql::lock_of_item(tx, organisation, key, ctx.now()).await?;
    let project = project.ok_or_else(absent)?;
    project.check_open().map_err(invalid_state)?;
    let item = sql::find(tx, organisation, key).await?.ok_or_else(absent)?;
    Ok((project, item))
}

/// Writes a changed item as its next version.
pub(super) async fn save(
    tx: &mut Tx,
    project: &Locked,
    item: &mut WorkItem,
    now: Timestamp,
) -> Result<()> {
    item.updated_at = now;
    if !sql::update(tx, project, item).await? {
        return Err(stale(&item.key));
    }
    item.version += 1;
    Ok(())
}

/// Somebody was faster.
pub(super) fn stale(key: &str) -> Error {
    conflict(format!("{key} was changed by somebody else; reload it and make your change again"))
}
