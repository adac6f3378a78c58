//! `find_project`: a workflow's first look at the project that it is to work on.

use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use crate::project;

/// Gives `{id, key, name}` of the project with a key.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindProject;

impl Procedure for FindProject {
    fn name(&self) -> &'static str {
        "find_project"
    }

    fn input_schema(&self) -> Json {
        json!({
            "type": "object",
            "required": ["project"],
            "properties": {"project": {"type": "string", "description": "the project's key"}},
        })
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let key = input.get("project").and_then(Json::as_str).map(str::trim);
            let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
                ProcedureError::Invalid("\"project\" is missing; give the project's key".to_owned())
            })?;
            let project = project::sql::find(tx, context.organisation, key).await?;
            let project = project.ok_or_else(|| {
                ProcedureError::NotFound(format!("there is no project \"{key}\""))
            })?;
            let output = json!({"id": project.id, "key": project.key, "name": project.name});
            Ok(Done { output, events: Vec::new() })
        })
    }
}
