//! Deleting an item. Its key is not used again; the items of a deleted epic stay, without one.

use base::Timestamp;
use store::Tx;
use store::outbox::Draft;
use web::Result;

use super::{Happened, WorkItem, sql};
use crate::project::Locked;

/// Deletes the item and returns the events that tell of it.
pub(super) async fn remove(
    tx: &mut Tx,
    project: &Locked,
    item: &WorkItem,
    now: Timestamp,
) -> Result<Vec<Draft>> {
    let mut events = Vec::new();
    for mut child in sql::children(tx, project, item.id).await? {
        child.parent = None;
        child.parent_id = None;
        super::api_change::save(tx, project, &mut child, now).await?;
        events.push(Happened::Updated.to(&child));
    }
    if !sql::delete(tx, project, item.id, item.version).await? {
        return Err(super::api_change::stale(&item.key));
    }
    events.push(Happened::Deleted.to(item));
    Ok(events)
}
