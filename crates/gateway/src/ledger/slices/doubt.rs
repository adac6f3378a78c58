//! Writes of which nobody knows whether they stand: the connection was lost while the database
//! made them durable. Each write puts a token of its own, a moment that no other write of this
//! server has, on the slices that it changes; before the next write SQL is asked for it. Until
//! SQL has answered nobody has the money that such a write moves.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use futures::future::BoxFuture;
use store::{Result, Tx};

use super::bank::{Inner, Leased};
use super::flush::{Group, HandedIn};
use super::sql;

/// What became of a write, and what it came to.
pub(super) enum Written<T> {
    /// It stands.
    Kept(T),
    /// It does not.
    Not(store::Error),
    /// It was done, and nobody knows whether it stands.
    Unsure(T, store::Error),
}

/// A write that may stand.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) token: Timestamp,
    pub(super) write: Unsure,
}

/// What was written, and what there is to do when it stands or does not.
#[derive(Debug)]
pub(super) enum Unsure {
    /// A group, and what it leased.
    Group(Group, Vec<Leased>),
    /// Slices that were given back.
    HandIn(HandedIn),
    /// A lease.
    Lease(Leased),
}

impl Unsure {
    fn organisations(&self) -> Vec<OrganisationId> {
        match self {
            Self::Group(group, _) => group.drained.keys().copied().collect(),
            Self::HandIn((organisation, ..)) | Self::Lease((organisation, ..)) => {
                vec![*organisation]
            }
        }
    }
}

impl Inner {
    /// The token of the next write: the time, but later than that of the one before.
    pub(super) fn token(&self) -> Timestamp {
        let now = self.now();
        let mut state = self.lock();
        let next = state.token.map(|last| last.plus(Duration::from_millis(1)));
        let token = next.map_or(now, |next| next.max(now));
        state.token = Some(token);
        token
    }

    /// Writes, and keeps what the write came to although nobody says that it stands.
    pub(super) async fn write<T, F>(&self, job: F) -> Written<T>
    where
        T: Clone + Send + Sync + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let done = Arc::new(OnceLock::new());
        let tell = done.clone();
        let written = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let came_to = job(tx).await?;
                    // it is told once
                    drop(tell.set(came_to.clone()));
                    Ok::<_, store::Error>(came_to)
                })
            })
            .await;
        match written {
            Ok(came_to) => Written::Kept(came_to),
            Err(error) => match done.get() {
                Some(came_to) => Written::Unsure(came_to.clone(), error),
                None => Written::Not(error),
            },
        }
    }

    /// Remembers a write that may stand. Whoever calls it has the turn.
    pub(super) fn doubts(&self, token: Timestamp, write: Unsure) {
        self.lock().doubt = Some(Doubt { token, write });
    }

    /// Asks what became of a write that may stand, if there is one, and goes on from there.
    /// Whoever calls it has the turn, and writes nothing when it fails.
    pub(super) async fn settle(&self) -> Result<()> {
        let asked =
            self.lock().doubt.as_ref().map(|doubt| (doubt.token, doubt.write.organisations()));
        let Some((token, organisations)) = asked else { return Ok(()) };
        let node = self.node.clone();
        let found = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let mut found = Vec::with_capacity(organisations.len());
                    for organisation in organisations {
                        found.push(sql::last_seen(tx, organisation, &node).await?);
                    }
                    Ok::<_, store::Error>(found)
                })
            })
            .await?;
        let Some(doubt) = self.lock().doubt.take() else { return Ok(()) };
        // a group stands for all organisations or for none
        let stands = found.contains(&Some(token));
        tracing::info!(stands, "SQL was asked for a write that might have been lost");
        match doubt.write {
            Unsure::Group(_, leased) if stands => self.filled(leased),
            Unsure::Group(group, _) => self.restore(group),
            // without any slices there is nothing to have back
            Unsure::HandIn(_) if stands || found == [None] => {}
            Unsure::HandIn((organisation, float, budgets)) => {
                self.lock().purses.entry(organisation).or_default().fill(float, &budgets);
            }
            Unsure::Lease(leased) if stands => self.filled(vec![leased]),
            Unsure::Lease(_) => {}
        }
        Ok(())
    }
}
