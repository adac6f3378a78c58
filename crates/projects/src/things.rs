//! What other features may name: projects and work items, in capitals or not.

use base::OrganisationId;
use futures::future::BoxFuture;
use store::{Result, Tx};
use web::{Thing, Things};

use crate::work_item::{Kind, WorkItem};
use crate::{project, work_item};

/// Adds how this feature's things are found.
pub fn things(things: Things) -> Things {
    things
        .with(Thing::Project, find_project)
        .with(Thing::Epic, find_epic)
        .with(Thing::WorkItem, find_work_item)
}

fn find_project<'a>(
    tx: &'a mut Tx,
    organisation: OrganisationId,
    key: &'a str,
) -> BoxFuture<'a, Result<Option<String>>> {
    Box::pin(async move {
        let found = project::sql::find(tx, organisation, key.trim()).await?;
        Ok(found.map(|project| project.key))
    })
}

fn find_epic<'a>(
    tx: &'a mut Tx,
    organisation: OrganisationId,
    key: &'a str,
) -> BoxFuture<'a, Result<Option<String>>> {
    Box::pin(async move {
        let found = work_item::sql::find(tx, organisation, key.trim()).await?;
        Ok(found.filter(|item| item.kind == Kind::Epic).map(key_of))
    })
}

fn find_work_item<'a>(
    tx: &'a mut Tx,
    organisation: OrganisationId,
    key: &'a str,
) -> BoxFuture<'a, Result<Option<String>>> {
    Box::pin(async move {
        let found = work_item::sql::find(tx, organisation, key.trim()).await?;
        Ok(found.map(key_of))
    })
}

fn key_of(item: WorkItem) -> String {
    item.key
}
