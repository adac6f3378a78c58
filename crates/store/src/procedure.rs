//! Named writes that one feature offers and another performs inside its own transaction.
//!
//! This is how features that never import each other still share one transaction: the
//! runner records a step's result and calls `create_backlog` of the projects feature in
//! the same commit, so either both stand or neither.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{ExecutionId, OrganisationId, Random, ResultId, Timestamp};
use futures::future::BoxFuture;
use serde_json::Value as Json;

use crate::outbox::Draft;
use crate::{Error, Tx};

/// On whose behalf, and when, a procedure is called.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The tenant.
    pub organisation: OrganisationId,
    /// The execution whose step calls it, when one does.
    pub execution: Option<ExecutionId>,
    /// The step that calls it.
    pub step: Option<String>,
    /// The result that this call is recorded as.
    pub result: Option<ResultId>,
    /// Who is behind it, for `generated_by`: an agent's or a user's name.
    pub actor: String,
    /// The model whose output the input was made of.
    pub model: Option<String>,
    /// Whether the scripted model made the input.
    pub scripted: bool,
    /// The time.
    pub now: Timestamp,
    /// For ids.
    pub random: Arc<dyn Random>,
}

/// Why a procedure did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ProcedureError {
    /// The input cannot be used; trying again is pointless.
    #[error("{0}")]
    Invalid(String),
    /// What it refers to does not exist.
    #[error("{0}")]
    NotFound(String),
    /// A rule of the house forbids it now, such as a budget; trying again at once is pointless.
    #[error("{message}")]
    Refused {
        /// A stable word to act on: `budget_exceeded`.
        code: &'static str,
        /// What is forbidden, why, and what would help.
        message: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What a procedure gives back: a value for the caller, and events for the outbox.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done {
    /// The value.
    pub output: Json,
    /// Events to append to the outbox in the same transaction.
    pub events: Vec<Draft>,
}

/// A named write.
pub trait Procedure: Send + Sync {
    /// The name that callers use: `create_backlog`.
    fn name(&self) -> &'static str;
    /// The JSON schema of its input.
    fn input_schema(&self) -> Json;
    /// Whether workflows may name it as a tool; the features' own bookkeeping is not one.
    fn is_tool(&self) -> bool {
        true
    }
    /// Does the work inside the caller's transaction.
    fn call<'a>(
        &'a self,
        tx: &'a mut Tx,
        context: &'a CallContext,
        input: Json,
    ) -> BoxFuture<'a, Result<Done, ProcedureError>>;
}

/// The procedures that the features offer, by name.
#[derive(Clone, Default)]
pub struct Procedures(BTreeMap<&'static str, Arc<dyn Procedure>>);

impl std::fmt::Debug for Procedures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Procedures {
    /// Adds one; the last of the same name wins.
    #[must_use]
    pub fn with(mut self, procedure: impl Procedure + 'static) -> Self {
        self.0.insert(procedure.name(), Arc::new(procedure));
        self
    }

    /// The procedure of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Procedure>> {
        self.0.get(name)
    }

    /// The names of those that workflows may name as tools, in order.
    pub fn tools(&self) -> impl Iterator<Item = &'static str> {
        self.0.values().filter(|procedure| procedure.is_tool()).map(|procedure| procedure.name())
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}
