//! `create_work_item`: puts one bug, task or story on the board.

use futures::future::BoxFuture;
use serde_json::{Map, Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use super::clean;
use super::create::{author, hold, made_before};
use crate::check::{DESCRIPTION, TITLE};
use crate::work_item::{Content, Happened, Kind, Planned, Priority, WorkItem, insert_all};

/// Creates one item in the first column of a project.
///
/// A step of an execution makes an item of a title once: called again, it gives back the one
/// that it made before. What a model wrote is cleaned as `create_backlog` does.
///
/// The output is `{key, title, already_made}`.
#[derive(Debug, Clone, Copy, Default)]
pub struct CreateWorkItem;

impl Procedure for CreateWorkItem {
    fn name(&self) -> &'static str {
        "create_work_item"
    }

    fn input_schema(&self) -> Json {
        json!({
            "type": "object",
            "required": ["project", "title"],
            "properties": {
                "project": {"type": "string", "description": "the project's key"},
                "kind": {"enum": ["bug", "task", "story"], "description": "task when absent"},
                "title": {"type": "string"},
                "description": {"type": "string"},
                "priority": {"enum": ["critical", "high", "medium", "low"]},
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
            let (project, kind, content) = read(&input).map_err(ProcedureError::Invalid)?;
            let project = hold(tx, context, &project).await?;
            let made = made_before(tx, context).await?;
            let same =
                |item: &&WorkItem| clean::normal(&item.title) == clean::normal(&content.title);
            if let Some(item) = made.iter().find(same) {
                return Ok(Done { output: output(item, true), events: Vec::new() });
            }
            project.check_open().map_err(ProcedureError::Invalid)?;
            let planned = vec![Planned { kind, content, parent: None }];
            let column = project.first_column();
            let items = insert_all(tx, &project, &author(context), column, planned).await?;
            let output = items.first().map_or(Json::Null, |item| output(item, false));
            let events = items.iter().map(|item| Happened::Created.to(item)).collect();
            Ok(Done { output, events })
        })
    }
}

fn output(item: &WorkItem, already_made: bool) -> Json {
    json!({"key": item.key, "title": item.title, "already_made": already_made})
}

/// The project's key, and what is to be made.
fn read(input: &Json) -> Result<(String, Kind, Content), String> {
    let fields = input.as_object().ok_or("create_work_item wants an object")?;
    let project = text(fields, "project");
    if project.trim().is_empty() {
        return Err("\"project\" is missing; give the project's key".to_owned());
    }
    let kind = match text(fields, "kind").trim() {
        "" => Kind::Task,
        word => word.parse()?,
    };
    if kind == Kind::Epic {
        return Err("epics stand in no column; make them with create_backlog".to_owned());
    }
    let title = clean::title(text(fields, "title"), TITLE);
    if title.is_empty() {
        return Err("\"title\" is missing; say what it is in one line".to_owned());
    }
    let content = Content {
        title,
        description: clean::text(text(fields, "description"), DESCRIPTION),
        user_role: None,
        feature: None,
        benefit: None,
        acceptance_criteria: Vec::new(),
        points: None,
        priority: text(fields, "priority").trim().parse().unwrap_or(Priority::Medium),
    };
    Ok((project.to_owned(), kind, content))
}

/// A text; what is absent or none is empty.
pub(super) fn text<'a>(fields: &'a Map<String, Json>, name: &str) -> &'a str {
    fields.get(name).and_then(Json::as_str).unwrap_or_default()
}
