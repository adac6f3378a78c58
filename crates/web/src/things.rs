//! Things that one feature keeps and another names: whether they are there, and under which
//! name. Features never import each other, so each puts what it keeps on one list and asks
//! that list for the rest.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base::OrganisationId;
use futures::future::BoxFuture;
use store::Tx;

/// What is kept by a feature and may be named in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A project, by its key.
    Project,
    /// An epic, by its key.
    Epic,
    /// A work item of any kind, by its key.
    WorkItem,
    /// An execution, by its id.
    Execution,
    /// A person, by their id.
    User,
    /// An agent, by its slug or an alias.
    Agent,
}

/// Gives the name under which an organisation's thing is kept, `CLINIC` for `clinic`, or
/// `None` when there is none.
pub type Find = dyn for<'a> Fn(&'a mut Tx, OrganisationId, &'a str) -> BoxFuture<'a, store::Result<Option<String>>>
    + Send
    + Sync;

/// What the features keep.
#[derive(Clone, Default)]
pub struct Things(BTreeMap<Thing, Arc<Find>>);

impl fmt::Debug for Things {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Things {
    /// Says how a thing is found.
    #[must_use]
    pub fn with<F>(mut self, thing: Thing, find: F) -> Self
    where
        F: for<'a> Fn(
                &'a mut Tx,
                OrganisationId,
                &'a str,
            ) -> BoxFuture<'a, store::Result<Option<String>>>
            + Send
            + Sync
            + 'static,
    {
        self.0.insert(thing, Arc::new(find));
        self
    }

    /// The name under which a thing is kept; `None` when there is none. What nobody keeps
    /// cannot be checked: its name is taken as given.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn find(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        thing: Thing,
        name: &str,
    ) -> store::Result<Option<String>> {
        match self.0.get(&thing) {
            Some(find) => find(tx, organisation, name).await,
            None => Ok(Some(name.to_owned())),
        }
    }
}
