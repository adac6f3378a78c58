//! The handler that shows a board.

use store::outbox;
use web::{Ctx, Json, Path, Problem, Result, not_found};

use super::Board;
use crate::{project, work_item};

/// Show a project's board.
#[utoipa::path(get, path = "/api/v1/projects/{key}/board", tag = "projects",
    params(("key" = String, Path, description = "The project's key")),
    responses(
        (status = 200, description = "The board and where its event stream goes on", body = Board),
        (status = 404, description = "There is no such project", body = Problem)))]
pub(super) async fn get(ctx: Ctx, Path(key): Path<String>) -> Result<Json<Board>> {
    let organisation = ctx.organisation()?;
    let mut tx = ctx.read().await?;
    // The position comes first: what is committed between the statements is then on the
    // board and in the stream again, but never in neither.
    let cursor = outbox::position(&mut tx).await?;
    let found = project::sql::find(&mut tx, organisation, &key).await?;
    let project = found.ok_or_else(|| not_found("project", key))?;
    let items = work_item::sql::board(&mut tx, organisation, project.id).await?;
    Ok(Json(Board::new(project, items, cursor)))
}
