//! Routes that read executions.

use base::{ExecutionId, Page, PageRequest};
use serde::Deserialize;
use utoipa_axum::routes;
use web::{
    Access, Ctx, Json, Path, Permission, Problem, Query, Result, Routes, encode_time_cursor,
    invalid, not_found,
};

use super::detail;
use super::filter::ListQuery;
use super::model::{Execution, ExecutionDetail, JournalEntry};
use super::sql;
use crate::Automation;

pub(super) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    Routes::new().add(view, routes!(list)).add(view, routes!(get)).add(view, routes!(journal))
}

/// List executions, the newest first.
#[utoipa::path(get, path = "/api/v1/executions", operation_id = "list_executions", tag = "executions", params(ListQuery),
    responses((status = 200, description = "A page of executions", body = Page<Execution>),
        (status = 400, description = "A filter or the cursor cannot be used", body = Problem)))]
async fn list(
    ctx: Ctx,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Json<Page<Execution>>> {
    let query = ListQuery::read(given)?;
    let limit = PageRequest { limit: query.limit, cursor: None }.limit();
    let filter = query.filter()?;
    let mut tx = ctx.read().await?;
    let rows = sql::list(&mut tx, ctx.organisation()?, &filter, limit).await?;
    Ok(Json(Page::from_rows(rows, limit, |execution| {
        encode_time_cursor(execution.created_at, execution.id)
    })))
}

/// Get one execution with its steps, attempts and model calls.
#[utoipa::path(get, path = "/api/v1/executions/{id}", operation_id = "get_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id")),
    responses((status = 200, description = "The execution", body = ExecutionDetail),
        (status = 404, description = "There is no such execution", body = Problem)))]
async fn get(ctx: Ctx, Path(id): Path<ExecutionId>) -> Result<Json<ExecutionDetail>> {
    let mut tx = ctx.read().await?;
    Ok(Json(detail::read(&mut tx, ctx.organisation()?, id).await?))
}

/// Where a page of the journal starts.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct JournalQuery {
    /// Only facts after this number.
    after: Option<i64>,
    /// How many items, 1 to 200 (50 when absent).
    limit: Option<i64>,
    /// The `next` of the page before; the same as `after`.
    cursor: Option<String>,
}

/// Read the journal of an execution: every fact, in order.
#[utoipa::path(get, path = "/api/v1/executions/{id}/journal", operation_id = "read_journal", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id"), JournalQuery),
    responses((status = 200, description = "A page of facts", body = Page<JournalEntry>),
        (status = 404, description = "There is no such execution", body = Problem)))]
async fn journal(
    ctx: Ctx,
    Path(id): Path<ExecutionId>,
    Query(query): Query<JournalQuery>,
) -> Result<Json<Page<JournalEntry>>> {
    let organisation = ctx.organisation()?;
    let after = match &query.cursor {
        Some(cursor) => {
            cursor.parse().map_err(|_| invalid("cursor", "is not a cursor of this list"))?
        }
        None => query.after.unwrap_or(0),
    };
    let limit = PageRequest { limit: query.limit, cursor: None }.limit();
    let mut tx = ctx.read().await?;
    sql::get(&mut tx, organisation, id).await?.ok_or_else(|| not_found("execution", id))?;
    let rows = sql::journal(&mut tx, organisation, id, after, limit + 1).await?;
    Ok(Json(Page::from_rows(rows, limit, |entry| entry.seq.to_string())))
}
