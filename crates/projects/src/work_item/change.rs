//! Changing what is written in an item.

use serde::{Deserialize, Deserializer};
use web::Result;

use super::{Priority, WorkItem, content};
use crate::check::{self, Checks};

/// What to change of a work item; what is absent stays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkItemChange {
    /// The version that you saw; refused with `conflict` when the item has changed since.
    pub(super) version: i64,
    /// 1 to 255 characters.
    title: Option<String>,
    /// Up to 20,000 characters.
    description: Option<String>,
    /// As a … (empty removes it).
    user_role: Option<String>,
    /// I want … (empty removes it).
    feature: Option<String>,
    /// So that … (empty removes it).
    benefit: Option<String>,
    /// Up to 20.
    acceptance_criteria: Option<Vec<String>>,
    /// 1, 2, 3, 5, 8 or 13; `null` removes the estimate.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    points: Optional<i64>,
    /// How urgent it is.
    priority: Option<Priority>,
    /// The key of an epic of the same project; `null` takes the item out of its epic.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) parent: Optional<String>,
    /// Up to 20, each up to 50 characters.
    labels: Option<Vec<String>>,
}

/// What to do with a field that an item may be without: absent and `null` differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Optional<T> {
    /// Absent: it stays as it is.
    #[default]
    Keep,
    /// `null`: it goes.
    Remove,
    /// A value: it becomes this.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Optional<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(value.map_or(Self::Remove, Self::Set))
    }
}

impl WorkItemChange {
    /// The item with the changes in it, except for the parent.
    pub(super) fn apply(&self, item: &WorkItem) -> Result<WorkItem> {
        let mut checks = Checks::default();
        let mut changed = item.clone();
        if let Some(text) = &self.title {
            changed.title = checks.title("title", text, check::TITLE);
        }
        if let Some(text) = &self.description {
            changed.description = checks.text("description", text, check::DESCRIPTION);
        }
        if let Some(text) = &self.user_role {
            changed.user_role = content::part(&mut checks, "user_role", text);
        }
        if let Some(text) = &self.feature {
            changed.feature = content::part(&mut checks, "feature", text);
        }
        if let Some(text) = &self.benefit {
            changed.benefit = content::part(&mut checks, "benefit", text);
        }
        if let Some(texts) = &self.acceptance_criteria {
            changed.acceptance_criteria = content::criteria(&mut checks, texts);
        }
        match self.points {
            Optional::Keep => {}
            Optional::Remove => changed.points = None,
            Optional::Set(points) => changed.points = content::points(&mut checks, Some(points)),
        }
        if let Some(priority) = self.priority {
            changed.priority = priority;
        }
        if let Some(labels) = &self.labels {
            changed.labels = content::labels(&mut checks, labels);
        }
        checks.finish(changed)
    }
}
