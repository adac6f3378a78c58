//! What other features may name: executions and agents.

use std::sync::Arc;

use agent::Library;
use base::{ExecutionId, OrganisationId};
use futures::future::BoxFuture;
use store::{Result, Tx};
use web::{Thing, Things};

use super::sql;

/// Adds how executions are found, by their id, and agents, by their slug or an alias.
pub fn things(things: Things, library: Arc<Library>) -> Things {
    things.with(Thing::Execution, find).with(Thing::Agent, move |_, _, name| {
        let slug = library.agent(name.trim()).map(|agent| agent.slug.clone());
        Box::pin(async move { Ok(slug) })
    })
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
