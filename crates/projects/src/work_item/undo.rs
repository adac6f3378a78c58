//! Taking back what an execution put on the board, except for what people have worked on.

use std::collections::BTreeSet;

use base::WorkItemId;

use super::{Kind, WorkItem};

/// What goes and what stays of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Undo {
    pub(super) removed: Vec<WorkItem>,
    pub(super) kept: Vec<WorkItem>,
}

/// Decides it. An item goes when nobody changed it since it was made; an epic only when
/// nothing is left in it. `children` are all items of the project that have an epic, each
/// with that epic.
pub(super) fn decide(batch: Vec<WorkItem>, children: &[(WorkItemId, WorkItemId)]) -> Undo {
    let goes = |item: &WorkItem| item.kind != Kind::Epic && item.is_untouched();
    let gone: BTreeSet<WorkItemId> =
        batch.iter().filter(|item| goes(item)).map(|item| item.id).collect();
    let left = children.iter().filter(|(child, _)| !gone.contains(child));
    let needed: BTreeSet<WorkItemId> = left.map(|(_, epic)| *epic).collect();
    let mut undo = Undo::default();
    for item in batch {
        let is_empty_epic =
            item.kind == Kind::Epic && item.is_untouched() && !needed.contains(&item.id);
        if is_empty_epic || gone.contains(&item.id) {
            undo.removed.push(item);
        } else {
            undo.kept.push(item);
        }
    }
    // Stories before their epics, so that no event tells of a story whose epic is gone.
    undo.removed.sort_by_key(|item| (item.kind == Kind::Epic, item.number));
    undo
}
