//! `create_backlog`: puts the epics and stories that an agent wrote on the board, all or none.

use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use store::procedure::Done;
use store::{CallContext, Procedure, ProcedureError, Tx};

use super::input::{self, Input, Story};
use super::plan::{self, Plan, plan};
use crate::project::{self, Locked};
use crate::work_item::{Author, Happened, Kind, Origin, Planned, WorkItem, insert_all, sql};

/// Creates epics and stories in the first column of a project.
///
/// A step of an execution makes its items once: called again for the same step, it gives
/// back what that step made before. What a model wrote is cleaned instead of refused:
/// control characters go, long texts are cut, points snap to the scale, an unknown
/// priority becomes `medium`, an unknown epic becomes none, a story with the title of an
/// earlier one is dropped and counted.
///
/// The output is `{epics: [key], stories: [key], table: [{key, title, points, priority,
/// epic}], made: [{key}], duplicates, skipped, already_made}`, where `epic` is the epic's
/// key or `null`, and `made` has an entry for each story in the order given, with the key that
/// it has now, so that both lists can be joined with `zip`.
#[derive(Debug, Clone, Copy, Default)]
pub struct CreateBacklog;

impl Procedure for CreateBacklog {
    fn name(&self) -> &'static str {
        "create_backlog"
    }

    fn input_schema(&self) -> Json {
        input::schema()
    }

    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>> {
        Box::pin(async move {
            let input = Input::read(&input).map_err(ProcedureError::Invalid)?;
            let project = hold(tx, context, &input.project).await?;
            let made = made_before(tx, context).await?;
            if !made.is_empty() {
                return Ok(Done {
                    output: output(&made, &input.stories, &Plan::default(), true),
                    events: Vec::new(),
                });
            }
            project.check_open().map_err(ProcedureError::Invalid)?;
            let plan = plan(&input).map_err(ProcedureError::Invalid)?;
            let items = write(tx, &project, &author(context), &plan).await?;
            let events = items.iter().map(|item| Happened::Created.to(item)).collect();
            Ok(Done { output: output(&items, &input.stories, &plan, false), events })
        })
    }
}

pub(super) async fn hold(
    tx: &mut Tx,
    context: &CallContext,
    key: &str,
) -> Result<Locked, ProcedureError> {
    let project = project::sql::lock(tx, context.organisation, key.trim(), context.now).await?;
    project.ok_or_else(|| ProcedureError::NotFound(format!("there is no project \"{key}\"")))
}

pub(super) async fn made_before(
    tx: &mut Tx,
    context: &CallContext,
) -> Result<Vec<WorkItem>, ProcedureError> {
    match (context.execution, &context.step) {
        (Some(execution), Some(step)) => {
            Ok(sql::made_by_step(tx, context.organisation, execution, step).await?)
        }
        _ => Ok(Vec::new()),
    }
}

pub(super) fn author(context: &CallContext) -> Author {
    let origin = context.execution.map(|execution_id| Origin {
        execution_id,
        step: context.step.clone().unwrap_or_default(),
        result_id: context.result,
        agent: Some(context.actor.clone()),
        model: context.model.clone(),
        scripted: context.scripted,
    });
    Author {
        created_by: context.actor.clone(),
        origin,
        now: context.now,
        random: context.random.clone(),
    }
}

/// Writes the epics, then the stories, which need the epics' ids.
async fn write(
    tx: &mut Tx,
    project: &Locked,
    author: &Author,
    plan: &Plan,
) -> store::Result<Vec<WorkItem>> {
    let of = |kind, content: &_| Planned { kind, content: Clone::clone(content), parent: None };
    let epics = plan.epics.iter().map(|content| of(Kind::Epic, content)).collect();
    let mut items = insert_all(tx, project, author, "", epics).await?;
    let stories = plan.stories.iter().map(|(content, epic)| {
        let epic = epic.and_then(|place| items.get(place));
        let parent = epic.map(|epic| (epic.id, epic.key.clone()));
        Planned { parent, ..of(Kind::Story, content) }
    });
    let stories = stories.collect();
    items.extend(insert_all(tx, project, author, project.first_column(), stories).await?);
    Ok(items)
}

fn output(items: &[WorkItem], given: &[Story], plan: &Plan, already_made: bool) -> Json {
    let keys = |is_epic: bool| -> Vec<&str> {
        let of_kind = items.iter().filter(|item| (item.kind == Kind::Epic) == is_epic);
        of_kind.map(|item| item.key.as_str()).collect()
    };
    let table: Vec<Json> = items.iter().filter(|item| item.kind != Kind::Epic).map(line).collect();
    json!({
        "epics": keys(true),
        "stories": keys(false),
        "table": table,
        "made": given.iter().map(|story| json!({"key": key_of(story, items)})).collect::<Vec<_>>(),
        "duplicates": plan.duplicates,
        "skipped": plan.skipped,
        "already_made": already_made,
    })
}

/// The key that a story has now; nothing when it had no title.
fn key_of<'a>(story: &Story, items: &'a [WorkItem]) -> Option<&'a str> {
    let wanted = plan::same(&plan::title(story)?);
    let mut stories = items.iter().filter(|item| item.kind != Kind::Epic);
    stories.find(|item| plan::same(&item.title) == wanted).map(|item| item.key.as_str())
}

fn line(item: &WorkItem) -> Json {
    json!({
        "key": item.key,
        "title": item.title,
        "points": item.points,
        "priority": item.priority,
        "epic": item.parent,
    })
}
