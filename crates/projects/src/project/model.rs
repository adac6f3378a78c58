//! What a project is.

use base::{OrganisationId, ProjectId, Timestamp};
use serde::Serialize;

use super::Column;
use crate::word::words;

words! {
    /// Where a project is in its life.
    Status {
        /// Work goes on.
        Active = "active",
        /// Kept for reading; its items cannot be changed.
        Archived = "archived",
        /// The work is done.
        Completed = "completed",
    }
}

/// How many work items a project has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// Epics.
    pub epics: i64,
    /// Stories.
    pub stories: i64,
    /// Tasks.
    pub tasks: i64,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// What the keys of its work items begin with: `CLINIC`.
    #[schema(example = "CLINIC")]
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Where it is in its life.
    pub status: Status,
    /// The names of its board's columns, in order.
    #[serde(serialize_with = "names")]
    #[schema(value_type = Vec<String>)]
    pub columns: Vec<Column>,
    /// How many work items it has.
    pub counts: Counts,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or one of its work items was last changed.
    pub updated_at: Timestamp,
}

fn names<S: serde::Serializer>(columns: &[Column], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(columns.iter().map(|column| &column.name))
}

/// A project whose row this transaction holds: nobody else changes its items meanwhile, so
/// numbers and ranks can be handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The tenant.
    pub organisation: OrganisationId,
    /// Its id.
    pub id: ProjectId,
    /// Its key.
    pub key: String,
    /// Where it is in its life.
    pub status: Status,
    /// Its columns; never empty.
    pub columns: Vec<Column>,
}

impl Locked {
    /// Fails with the reason and the fix when its items may not be changed.
    pub(crate) fn check_open(&self) -> Result<(), String> {
        match self.status {
            Status::Active | Status::Completed => Ok(()),
            Status::Archived => Err(format!(
                "project \"{}\" is archived; set its status to \"active\" first",
                self.key
            )),
        }
    }

    /// Where new items go.
    pub(crate) fn first_column(&self) -> &str {
        self.columns.first().map_or("", |column| &column.name)
    }

    /// Whether items in this column are complete.
    pub(crate) fn is_last(&self, column: &str) -> bool {
        self.columns.last().is_some_and(|last| last.name == column)
    }

    /// The column of this name, or which ones there are.
    pub(crate) fn column(&self, name: &str) -> Result<&str, String> {
        let found = self.columns.iter().find(|column| column.name == name);
        found.map(|column| column.name.as_str()).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            format!(
                "project \"{}\" has no column \"{name}\"; use one of {}",
                self.key,
                names.join(", ")
            )
        })
    }
}

/// Where the events of a project and its items are in the outbox.
pub(crate) fn topic(project: ProjectId) -> String {
    format!("project/{project}")
}
