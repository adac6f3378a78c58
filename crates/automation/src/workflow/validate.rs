//! Checking definitions without saving or executing anything, and the schema of the language.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use engine::definition;
use utoipa_axum::routes;
use web::{Access, Ctx, Json, Permission, Result, Routes};

use super::find::check;
use super::graph::Graph;
use super::model::{DefinitionText, Validation, inputs};
use crate::Automation;

pub(super) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    Routes::new().add(view, routes!(validate)).add(view, routes!(schema))
}

/// Check a definition without saving or executing anything.
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
    let problems: Vec<_> = checked.err().into_iter().flatten().map(Into::into).collect();
    // One that names what does not exist can still be drawn.
    let definition = definition::parse(&body.definition).ok();
    Ok(Json(Validation {
        valid: problems.is_empty(),
        problems,
        inputs: definition.as_ref().map(inputs),
        graph: definition.as_ref().map(Graph::of),
    }))
}

/// Get the JSON Schema (draft 2020-12) of the definition language, for editors.
#[utoipa::path(get, path = "/api/v1/workflow-schema", operation_id = "get_workflow_schema", tag = "workflows",
    responses((status = 200, description = "The schema", body = Object, content_type = "application/schema+json")))]
async fn schema() -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], definition::SCHEMA).into_response()
}
