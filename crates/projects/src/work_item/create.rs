//! Making items: numbers, keys and places for one or for a whole backlog.

use std::sync::Arc;

use base::{Random, Timestamp, WorkItemId};
use store::{Result, Tx};

use super::{Content, Kind, Origin, WorkItem, place, sql};
use crate::project::{self, Locked};

/// Who makes items, and when.
#[derive(Debug, Clone)]
pub(crate) struct Author {
    /// A user's id or an agent's name.
    pub(crate) created_by: String,
    pub(crate) origin: Option<Origin>,
    pub(crate) now: Timestamp,
    pub(crate) random: Arc<dyn Random>,
}

/// An item to be made.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) kind: Kind,
    pub(crate) content: Content,
    pub(crate) parent: Option<(WorkItemId, String)>,
}

/// Writes items with consecutive numbers at the end of a column, in the order given.
/// Epics stand in no column: give the empty one.
pub(crate) async fn insert_all(
    tx: &mut Tx,
    project: &Locked,
    author: &Author,
    column: &str,
    planned: Vec<Planned>,
) -> Result<Vec<WorkItem>> {
    let first = project::sql::take_numbers(tx, project, planned.len() as i64).await?;
    let mut last: Option<String> = None;
    let mut items = Vec::with_capacity(planned.len());
    for (number, planned) in (first..).zip(planned) {
        let rank = match last.as_deref().and_then(|last| place::between(Some(last), None)) {
            Some(rank) => rank,
            None => place::rank_at_end(tx, project, column).await?,
        };
        last = Some(rank.clone());
        let item = item(project, author, column, number, rank, planned);
        sql::insert(tx, project.organisation, &item, &author.created_by).await?;
        items.push(item);
    }
    Ok(items)
}

fn item(
    project: &Locked,
    author: &Author,
    column: &str,
    number: i64,
    rank: String,
    planned: Planned,
) -> WorkItem {
    let Planned { kind, content, parent } = planned;
    let (parent_id, parent) = parent.unzip();
    WorkItem {
        id: WorkItemId::new(author.now, author.random.as_ref()),
        key: format!("{}-{number}", project.key),
        kind,
        title: content.title,
        description: content.description,
        user_role: content.user_role,
        feature: content.feature,
        benefit: content.benefit,
        acceptance_criteria: content.acceptance_criteria,
        points: content.points,
        priority: content.priority,
        column: column.to_owned(),
        parent,
        labels: Vec::new(),
        version: 1,
        origin: author.origin.clone(),
        created_at: author.now,
        updated_at: author.now,
        completed_at: project.is_last(column).then_some(author.now),
        project_id: project.id,
        number,
        rank,
        parent_id,
    }
}
