//! `find_work_item`: what an execution is about, before it begins.

use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use crate::work_item::{Kind, sql};

/// Gives `{key, project, epic}` of the work item with a key; an epic is its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindWorkItem;

impl Procedure for FindWorkItem {
    fn name(&self) -> &'static str {
        "find_work_item"
    }

    fn input_schema(&self) -> Json {
        json!({
            "type": "object",
            "required": ["item"],
            "properties": {"item": {"type": "string", "description": "the work item's key, such as CLINIC-3"}},
        })
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let key = input.get("item").and_then(Json::as_str).map(str::trim);
            let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
                ProcedureError::Invalid("\"item\" is missing; give the work item's key".to_owned())
            })?;
            let item = sql::find(tx, context.organisation, key).await?;
            let item = item.ok_or_else(|| {
                ProcedureError::NotFound(format!("there is no work item \"{key}\""))
            })?;
            let project = item.key.rsplit_once('-').map_or("", |(project, _)| project);
            let epic = if item.kind == Kind::Epic { Some(&item.key) } else { item.parent.as_ref() };
            let output = json!({"key": item.key, "project": project, "epic": epic});
            Ok(Done { output, events: Vec::new() })
        })
    }
}
