//! What a board shows.

use serde::Serialize;

use crate::project::Project;
use crate::work_item::{Kind, WorkItem};

/// A column with its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BoardColumn {
    /// Its name.
    pub name: String,
    /// How many items should stand in it at most.
    #[schema(required)]
    pub wip_limit: Option<i64>,
    /// The items that stand in it, in order.
    pub items: Vec<WorkItem>,
}

/// A project's board at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Board {
    /// The project.
    pub project: Project,
    /// Its columns, in order.
    pub columns: Vec<BoardColumn>,
    /// Its epics, in order.
    pub epics: Vec<WorkItem>,
    /// Where the event stream goes on from here: pass it as `after` or `Last-Event-ID`.
    pub cursor: String,
}

impl Board {
    /// Puts items, sorted by rank, where they stand.
    pub(super) fn new(project: Project, items: Vec<WorkItem>, cursor: i64) -> Self {
        let (epics, items): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.kind == Kind::Epic);
        let empty = |column: &crate::project::Column| BoardColumn {
            name: column.name.clone(),
            wip_limit: column.wip_limit,
            items: Vec::new(),
        };
        let mut columns: Vec<BoardColumn> = project.columns.iter().map(empty).collect();
        for item in items {
            if let Some(column) = columns.iter_mut().find(|column| column.name == item.column) {
                column.items.push(item);
            }
        }
        Self { project, columns, epics, cursor: cursor.to_string() }
    }
}
