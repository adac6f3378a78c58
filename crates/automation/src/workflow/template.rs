//! Workflows of the library as templates: a copy with its parameters filled in is a
//! workflow of the organisation's own.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use base::Page;
use engine::definition;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use utoipa_axum::routes;
use web::{
    Access, Ctx, Error, FieldError, Path, Permission, Problem, Result, Routes, invalid, not_found,
};

use super::BuiltIn;
use super::find::refused;
use super::model::{Workflow, WorkflowInput, inputs, slug};
use super::save::{Place, save};
use crate::Automation;

/// How many letters of the hash of its text are a template's version.
const VERSION: usize = 8;

pub(super) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    Routes::new()
        .add(view, routes!(list))
        .add(view, routes!(get))
        .add(Access::Permission(Permission::CreateWorkflow), routes!(instantiate))
}

/// A template of workflows.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WorkflowTemplate)]
struct Template {
    /// Its key.
    key: String,
    /// Its name.
    name: String,
    /// What its workflows do.
    description: String,
    /// The department whose work it is.
    department: Option<String>,
    /// Words to find it by.
    tags: Vec<String>,
    /// The version of its text: another text has another one.
    version: String,
    /// What can be filled in.
    parameters: BTreeMap<String, WorkflowInput>,
    /// How many steps it has.
    steps: usize,
    /// Where it comes from.
    source: TemplateSource,
    /// Its definition as it is written; only when one template is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<String>,
}

/// Where a template comes from.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum TemplateSource {
    /// The program brings it along.
    BuiltIn,
    /// It stands in the library of the data folder.
    Custom,
}

/// How a template becomes a workflow.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct InstantiateTemplate {
    /// The workflow's slug; made of its name when absent.
    slug: Option<String>,
    /// The workflow's name; the template's with "(copy)" when absent.
    name: Option<String>,
    /// The values of parameters, which become the defaults of the workflow's inputs.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Map<String, Json>,
}

impl Template {
    fn of(built_in: &BuiltIn) -> Self {
        let definition = built_in.plan.definition();
        let mut version = base::hex(&Sha256::digest(built_in.text.as_bytes()));
        version.truncate(VERSION);
        Self {
            key: built_in.slug.clone(),
            name: definition.name.clone(),
            description: definition.description.clone(),
            department: Some(definition.department.clone()).filter(|name| !name.is_empty()),
            tags: definition.tags.clone(),
            version,
            parameters: inputs(definition),
            steps: definition.steps.len(),
            source: if built_in.is_own { TemplateSource::Custom } else { TemplateSource::BuiltIn },
            definition: None,
        }
    }
}

/// List the templates, by key.
#[utoipa::path(get, path = "/api/v1/workflow-templates", operation_id = "list_workflow_templates", tag = "workflows",
    responses((status = 200, description = "All templates", body = Page<Template>)))]
async fn list(State(automation): State<Automation>) -> web::Json<Page<Template>> {
    let items = automation.workflows.iter().map(Template::of).collect();
    web::Json(Page { items, next: None })
}

/// Get one template with its definition.
#[utoipa::path(get, path = "/api/v1/workflow-templates/{key}", operation_id = "get_workflow_template", tag = "workflows",
    params(("key" = String, Path, description = "The template's key")),
    responses((status = 200, description = "The template", body = Template),
        (status = 404, description = "There is no such template", body = Problem)))]
async fn get(
    State(automation): State<Automation>,
    Path(key): Path<String>,
) -> Result<web::Json<Template>> {
    let built_in = automation.workflows.get(&key).ok_or_else(|| not_found("template", &key))?;
    let definition = Some(built_in.text.clone());
    Ok(web::Json(Template { definition, ..Template::of(built_in) }))
}

/// Make a workflow of a template.
#[utoipa::path(post, path = "/api/v1/workflow-templates/{key}/instantiate", operation_id = "instantiate_workflow_template", tag = "workflows",
    params(("key" = String, Path, description = "The template's key")), request_body = InstantiateTemplate,
    responses((status = 201, description = "The workflow", body = Workflow),
        (status = 400, description = "A parameter, the name or the slug cannot be used", body = Problem),
        (status = 404, description = "There is no such template", body = Problem),
        (status = 409, description = "There is a workflow with this slug already", body = Problem)))]
async fn instantiate(
    ctx: Ctx,
    State(automation): State<Automation>,
    Path(key): Path<String>,
    web::Json(body): web::Json<InstantiateTemplate>,
) -> Result<(StatusCode, web::Json<Workflow>)> {
    let built_in = automation.workflows.get(&key).ok_or_else(|| not_found("template", &key))?;
    let definition = built_in.plan.definition();
    let name = body.name.unwrap_or_else(|| format!("{} (copy)", definition.name));
    let wanted = body.slug.unwrap_or_else(|| slug(&name));
    if wanted.is_empty() || slug(&wanted) != wanted {
        return Err(invalid("slug", "use lower-case letters, digits and _, and a letter first"));
    }
    check_parameters(definition, &body.parameters)?;
    let text = filled(&built_in.text, &name, &body.parameters)?;
    let saved = save(&ctx, &automation, text, Place::New(wanted), None).await?;
    Ok((StatusCode::CREATED, web::Json(saved)))
}

/// Each parameter has to be one of the inputs, and of its type. None of them is required.
fn check_parameters(definition: &engine::Definition, given: &Map<String, Json>) -> Result<()> {
    let mut definition = definition.clone();
    definition.inputs.values_mut().for_each(|input| input.required = false);
    definition.accept_inputs(&Json::Object(given.clone())).map(drop).map_err(|problems| {
        let fields = problems.into_iter().map(|problem| FieldError {
            field: problem.field.replacen("inputs", "parameters", 1),
            message: problem.message,
        });
        Error::invalid_fields(fields.collect())
    })
}

/// The text of the template with another name, and with parameters as defaults.
fn filled(text: &str, name: &str, parameters: &Map<String, Json>) -> Result<String> {
    let mut written = definition::export(text).map_err(refused)?.workflow;
    written["name"] = json!(name);
    for (parameter, value) in parameters.iter().filter(|(_, value)| !value.is_null()) {
        written["inputs"][parameter]["default"] = value.clone();
    }
    definition::to_yaml(&written).map_err(Error::internal)
}
