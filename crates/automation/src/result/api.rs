//! Routes of results.

use base::{ExecutionId, ResultId, Timestamp, Usage};
use serde::Serialize;
use serde_json::Value;
use utoipa_axum::routes;
use web::{Access, Ctx, Json, Path, Permission, Problem, Result, Routes, not_found};

use super::sql;
use crate::Automation;

pub(crate) fn routes() -> Routes<Automation> {
    Routes::new().add(Access::Permission(Permission::ViewResults), routes!(get))
}

/// The result of a step's instance.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = StepResult)]
pub(super) struct ResultView {
    /// Its id.
    pub id: ResultId,
    /// The execution that it belongs to.
    pub execution_id: ExecutionId,
    /// The step.
    pub step: String,
    /// The instance, from 0.
    pub instance: i64,
    /// The agent whose work it is.
    pub agent: Option<String>,
    /// The command that was carried out.
    pub command: Option<String>,
    /// The version of the prompt.
    pub prompt_hash: Option<String>,
    /// The result in a line.
    pub summary: String,
    /// The result.
    #[schema(value_type = Object)]
    pub output: Value,
    /// Whether the scripted model made it.
    pub scripted: bool,
    /// What it used.
    pub usage: Usage,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// Get one result.
#[utoipa::path(get, path = "/api/v1/results/{id}", operation_id = "get_result", tag = "results",
    params(("id" = ResultId, Path, description = "The result's id")),
    responses((status = 200, description = "The result", body = ResultView),
        (status = 404, description = "There is no such result", body = Problem)))]
async fn get(ctx: Ctx, Path(id): Path<ResultId>) -> Result<Json<ResultView>> {
    let mut tx = ctx.read().await?;
    let result = sql::get(&mut tx, ctx.organisation()?, id).await?;
    Ok(Json(result.ok_or_else(|| not_found("result", id))?))
}
