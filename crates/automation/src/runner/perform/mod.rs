//! The work that takes time, outside the loop: an agent's attempt, turn by turn.

mod agent;
mod journal;
mod sql;
mod tools;

use base::{ExecutionId, OrganisationId};
use engine::AttemptKey;
use serde_json::Value as Json;
use store::lease::Lease;
use web::App;

use super::Dependencies;
use super::handle::Handle;

pub(super) use agent::agent;

/// What an attempt can reach.
pub(super) struct Desk {
    pub app: App,
    pub dependencies: Dependencies,
    pub handle: Handle,
}

/// One attempt of an agent.
#[derive(Clone)]
pub(super) struct Assignment {
    pub organisation: OrganisationId,
    pub execution: ExecutionId,
    pub step: String,
    pub key: AttemptKey,
    pub agent: String,
    pub command: String,
    pub params: Json,
    pub model: Option<String>,
    pub lease: Lease,
}
