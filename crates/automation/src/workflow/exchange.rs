//! Workflows that travel: out in the seed's format or as YAML, in as either.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::definition;
use serde::Deserialize;
use utoipa_axum::routes;
use web::{Access, Ctx, Error, Json, Path, Permission, Problem, Query, Result, Routes, invalid};

use super::find::refused;
use super::model::Workflow;
use super::revision::text;
use super::save::{Place, SaveQuery, save};
use crate::Automation;

pub(super) fn routes() -> Routes<Automation> {
    Routes::new()
        .add(Access::Permission(Permission::ViewWorkflows), routes!(export))
        .add(Access::Permission(Permission::CreateWorkflow), routes!(import))
}

/// The form of an exported workflow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum ExportFormat {
    /// `{version, workflow, agents_used, commands_used}`.
    #[default]
    Json,
    /// The definition as it is written.
    Yaml,
}

/// How a workflow is exported.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `json` (when absent) or `yaml`.
    #[serde(default)]
    #[param(inline)]
    format: ExportFormat,
}

/// Export a workflow as a file.
#[utoipa::path(get, path = "/api/v1/workflows/{slug}/export", operation_id = "export_workflow", tag = "workflows",
    params(("slug" = String, Path, description = "The workflow's slug"), ExportQuery),
    responses((status = 200, description = "JSON with version, workflow, agents_used and commands_used; or the definition as YAML", body = String, content_type = "application/json"),
        (status = 404, description = "There is no such workflow", body = Problem)))]
async fn export(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(slug): Path<String>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    let written = text(&ctx, &automation, &slug).await?;
    let exported = definition::export(&written).map_err(refused)?;
    let (kind, extension, body) = match query.format {
        ExportFormat::Json => {
            let body = serde_json::to_string_pretty(&exported)
                .map_err(|error| Error::internal(error.to_string()))?;
            ("application/json", "json", body)
        }
        // JSON is YAML too, but not what somebody means who asks for YAML.
        ExportFormat::Yaml if written.trim_start().starts_with('{') => {
            let body = definition::to_yaml(&exported.workflow).map_err(Error::internal)?;
            ("application/yaml", "yaml", body)
        }
        ExportFormat::Yaml => ("application/yaml", "yaml", written),
    };
    // A slug may have letters of any script; a header may not.
    let name: String = slug.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = if name.len() == slug.chars().filter(|letter| *letter != '_').count() {
        slug.as_str()
    } else {
        "workflow"
    };
    let disposition = format!("attachment; filename=\"{name}.{extension}\"");
    let headers =
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, body).into_response())
}

/// Import a workflow: the exported form or a definition, as JSON or YAML.
#[utoipa::path(post, path = "/api/v1/workflows/import", operation_id = "import_workflow", tag = "workflows",
    params(SaveQuery), request_body(content = String, content_type = "application/yaml"),
    responses((status = 201, description = "The workflow with its new revision", body = Workflow),
        (status = 400, description = "The file is wrong; `errors` names each place", body = Problem),
        (status = 409, description = "The name belongs to the program, or somebody else saved meanwhile", body = Problem)))]
async fn import(
    ctx: Ctx,
    State(automation): State<Automation>,
    Query(query): Query<SaveQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Workflow>)> {
    let text = body_text(&headers, &body)?;
    let imported = definition::import(&text).map_err(refused)?;
    let saved = save(&ctx, &automation, imported.text, Place::ByName, query.revision).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// The text of the file; a client that speaks only JSON sends it as a JSON text.
fn body_text(headers: &HeaderMap, body: &Bytes) -> Result<String> {
    let text = std::str::from_utf8(body)
        .map_err(|_| invalid("body", "is not text; a workflow is YAML or JSON in UTF-8"))?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
    match serde_json::from_str::<String>(text) {
        Ok(inside) if is_json => Ok(inside),
        Ok(_) | Err(_) => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_comes_as_it_is_or_as_a_json_text() {
        let check = |kind: &str, body: &str, expected: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            let text = body_text(&headers, &Bytes::copy_from_slice(body.as_bytes())).unwrap();
            assert_eq!(text, expected, "{kind}: {body}");
        };
        check("application/yaml", "name: a", "name: a");
        check("application/json", "{\"name\": \"a\"}", "{\"name\": \"a\"}");
        check("application/json; charset=utf-8", "\"name: a\\n\"", "name: a\n");
        check("text/plain", "\"name: a\"", "\"name: a\"");
    }
}
