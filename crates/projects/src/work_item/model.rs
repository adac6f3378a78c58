//! What a work item is.

use base::{ExecutionId, ProjectId, ResultId, Timestamp, WorkItemId};
use serde::Serialize;

use super::Points;
use crate::word::words;

words! {
    /// What kind of work an item is.
    Kind {
        /// A large goal that groups the others; stands beside the board, not on it.
        Epic = "epic",
        /// Something of value to a user.
        Story = "story",
        /// A piece of work.
        Task = "task",
        /// Something that is wrong.
        Bug = "bug",
    }
}

words! {
    /// How urgent an item is, most urgent first.
    Priority {
        /// Drop everything else.
        Critical = "critical",
        /// Next.
        High = "high",
        /// In its turn.
        Medium = "medium",
        /// When there is time.
        Low = "low",
    }
}

/// Which agent made an item, and out of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Origin {
    /// The execution.
    pub execution_id: ExecutionId,
    /// Its step.
    pub step: String,
    /// The result that the item was made of.
    #[schema(required)]
    pub result_id: Option<ResultId>,
    /// The agent.
    #[schema(required)]
    pub agent: Option<String>,
    /// The model.
    #[schema(required)]
    pub model: Option<String>,
    /// Whether the scripted model wrote it, which is a rehearsal and not the work of an AI.
    pub scripted: bool,
}

/// An epic, story, task or bug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct WorkItem {
    /// Its id.
    pub id: WorkItemId,
    /// Its key, never given to another item: `CLINIC-3`.
    #[schema(example = "CLINIC-3")]
    pub key: String,
    /// What kind of work it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Its description; may be empty.
    pub description: String,
    /// As a … (who needs it).
    #[schema(required)]
    pub user_role: Option<String>,
    /// I want … (what they need).
    #[schema(required)]
    pub feature: Option<String>,
    /// So that … (why they need it).
    #[schema(required)]
    pub benefit: Option<String>,
    /// When it counts as done.
    pub acceptance_criteria: Vec<String>,
    /// How large it is.
    #[schema(required)]
    pub points: Option<Points>,
    /// How urgent it is.
    pub priority: Priority,
    /// The column it stands in; empty for an epic, which stands in none.
    pub column: String,
    /// The key of its epic.
    #[schema(required)]
    pub parent: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// Grows with every change; send it back with a change to prove that you saw the newest.
    pub version: i64,
    /// Which agent made it; `null` when a person did.
    #[schema(required)]
    pub origin: Option<Origin>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it entered the last column, while it stands there.
    #[schema(required)]
    pub completed_at: Option<Timestamp>,
    /// The project it is in.
    #[serde(skip)]
    pub(crate) project_id: ProjectId,
    /// Its number in the project.
    #[serde(skip)]
    pub(crate) number: i64,
    /// Its place in the column.
    #[serde(skip)]
    pub(crate) rank: String,
    /// The id of its epic.
    #[serde(skip)]
    pub(crate) parent_id: Option<WorkItemId>,
}

impl WorkItem {
    /// Whether nobody changed it since it was made.
    pub(crate) fn is_untouched(&self) -> bool {
        self.version == 1
    }
}
