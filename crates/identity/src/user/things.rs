//! What other features may name: people.

use base::OrganisationId;
use futures::future::BoxFuture;
use store::{Result, Tx};
use web::{Thing, Things};

use super::sql;

/// Adds how people are found: by their id.
pub fn things(things: Things) -> Things {
    things.with(Thing::User, find)
}

fn find<'a>(
    tx: &'a mut Tx,
    organisation: OrganisationId,
    id: &'a str,
) -> BoxFuture<'a, Result<Option<String>>> {
    Box::pin(async move {
        let Ok(id) = id.trim().parse() else { return Ok(None) };
        let found = sql::get(tx, organisation, id).await?;
        Ok(found.map(|user| user.id.to_string()))
    })
}
