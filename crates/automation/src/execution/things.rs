//! What other features may name: executions.

use base::{ExecutionId, OrganisationId};
use futures::future::BoxFuture;
use store::{Result, Tx};
use web::{Thing, Things};

use super::sql;

/// Adds how executions are found: by their id.
pub fn things(things: Things) -> Things {
    things.with(Thing::Execution, find)
}

fn find<'a>(
    tx: &'a mut Tx,
    organisation: OrganisationId,
    id: &'a str,
) -> BoxFuture<'a, Result<Option<String>>> {
    Box::pin(async move {
        let Ok(id) = id.trim().parse::<ExecutionId>() else { return Ok(None) };
        let found = sql::definition(tx, organisation, id).await?;
        Ok(found.map(|_| id.to_string()))
    })
}
