//! What happened to work items, told to the outbox and to open streams.

use base::{OrganisationId, ProjectId};
use store::Signal;
use store::outbox::Draft;
use web::Ctx;

use super::WorkItem;
use crate::project::topic;

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happened {
    Created,
    Updated,
    Moved,
    Deleted,
}

impl Happened {
    const fn name(self) -> &'static str {
        match self {
            Self::Created => "work_item.created",
            Self::Updated => "work_item.updated",
            Self::Moved => "work_item.moved",
            Self::Deleted => "work_item.deleted",
        }
    }

    /// The event for the outbox.
    pub(crate) fn to(self, item: &WorkItem) -> Draft {
        let body = serde_json::json!({ "item": item });
        Draft { topic: topic(item.project_id), kind: self.name(), body }
    }
}

/// Tells open streams, after the commit, that there is something to read.
pub(crate) fn announce(ctx: &Ctx, organisation: OrganisationId, project: ProjectId) {
    ctx.app().bus.send(Signal::Outbox { organisation, topic: topic(project) });
}
