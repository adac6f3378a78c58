//! `move_work_item`: moves a card over the board while work goes on.

use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use super::create_item::text;
use crate::project;
use crate::work_item::{Happened, Kind, rank_at_end, sql};

/// Moves an item to the end of a column; one that stands in the column stays where it is.
///
/// The output is `{key, column, moved}`.
#[derive(Debug, Clone, Copy, Default)]
pub struct MoveWorkItem;

impl Procedure for MoveWorkItem {
    fn name(&self) -> &'static str {
        "move_work_item"
    }

    fn input_schema(&self) -> Json {
        json!({
            "type": "object",
            "required": ["key", "column"],
            "properties": {
                "key": {"type": "string", "description": "the item's key, such as CLINIC-3"},
                "column": {"type": "string", "description": "the column's name"},
            },
        })
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let wants =
                || ProcedureError::Invalid("give the item's \"key\" and a \"column\"".to_owned());
            let fields = input.as_object().ok_or_else(wants)?;
            let (key, column) = (text(fields, "key").trim(), text(fields, "column"));
            if key.is_empty() || column.is_empty() {
                return Err(wants());
            }
            let absent = || ProcedureError::NotFound(format!("there is no work item \"{key}\""));
            let organisation = context.organisation;
            let project = project::sql::lock_of_item(tx, organisation, key, context.now).await?;
            let project = project.ok_or_else(absent)?;
            project.check_open().map_err(ProcedureError::Invalid)?;
            let column = project.column(column).map_err(ProcedureError::Invalid)?;
            let mut item = sql::find(tx, organisation, key).await?.ok_or_else(absent)?;
            if item.kind == Kind::Epic {
                let why = format!("{} is an epic, and epics stand in no column", item.key);
                return Err(ProcedureError::Invalid(why));
            }
            let output = |moved| json!({"key": item.key, "column": column, "moved": moved});
            if item.column == column {
                return Ok(Done { output: output(false), events: Vec::new() });
            }
            let output = output(true);
            item.rank = rank_at_end(tx, &project, column).await?;
            column.clone_into(&mut item.column);
            item.completed_at = project.is_last(column).then_some(context.now);
            item.updated_at = context.now;
            // The project's row is held, so nobody can have been faster.
            if !sql::update(tx, &project, &item).await? {
                return Err(absent());
            }
            item.version += 1;
            Ok(Done { output, events: vec![Happened::Moved.to(&item)] })
        })
    }
}
