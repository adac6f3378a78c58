//! The slices in memory, and the way to a ticket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{BudgetId, OrganisationId, Timestamp};
use foldhash::HashMap;
use store::Db;
use tokio::sync::{Notify, OwnedMutexGuard, oneshot};
use tokio_util::sync::CancellationToken;
use web::App;

use super::doubt::{Doubt, Unsure, Written};
use super::lease::{Lease, Wish, lease};
use super::purse::{Missing, Purse};
use super::wanted::{Holding, Spent, Taken};
use super::{Amount, Entry, Ticket, Wanted, sql};
use crate::budget::{self, Budget, Exceeded};

/// How long the list of budgets is believed; a change made by this server acts at once,
/// one made by another server when the list is this old.
const BELIEVED: Duration = Duration::from_millis(900);

/// How many rows may wait for the ledger. Beyond that calls are refused: a database that
/// cannot keep up must not make the server forget.
const WAITING: usize = 50_000;

/// How often a call asks for a slice before it gives up; others may take what it leased.
const TRIES: usize = 8;

/// Why a call got no ticket.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A budget lacks the money.
    Exceeded(Box<Exceeded>),
    /// A budget applies, and nobody knows the price of this model.
    Unpriced(String),
    /// The ledger cannot take the call now.
    Unavailable(String),
}

/// What was leased, and whether the slices of before were still there.
pub(super) type Leased = (OrganisationId, bool, Lease);

/// Gives out money to calls of outside clients. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Bank(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) app: App,
    pub(super) node: String,
    pub(super) state: Mutex<State>,
    /// Something waits for the ledger.
    pub(super) wake: Notify,
    /// Who writes to the slices has the turn: one lease at a time, so that whoever waits finds
    /// what the one before got, and what goes back is not missed on its way.
    pub(super) leasing: Arc<tokio::sync::Mutex<()>>,
    pub(super) closing: CancellationToken,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) purses: HashMap<OrganisationId, Purse>,
    pub(super) finished: Vec<Entry>,
    /// The last write, when nobody knows whether it stands.
    pub(super) doubt: Option<Doubt>,
    /// The token of the last write.
    pub(super) token: Option<Timestamp>,
    pub(super) is_closed: bool,
}

/// Who asks SQL for the budgets while others believe the old ones. When they leave before the
/// answer, the next one asks: else some who leave again and again could keep a budget away.
struct Asking<'a> {
    bank: &'a Inner,
    organisation: OrganisationId,
    /// When the list was read.
    read_at: Option<Timestamp>,
    asked_at: Timestamp,
    is_answered: bool,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        if let Some(purse) = self.bank.lock().purses.get_mut(&self.organisation)
            && purse.read_at == Some(self.asked_at)
        {
            purse.read_at = self.read_at;
        }
    }
}

impl Bank {
    /// A bank that has nothing yet. `node` names this server in SQL, the same after a restart.
    pub(crate) fn new(app: &App, node: String) -> Self {
        Self(Arc::new(Inner {
            db: app.db.clone(),
            app: app.clone(),
            node,
            state: Mutex::default(),
            wake: Notify::new(),
            leasing: Arc::default(),
            closing: app.shutdown.clone(),
        }))
    }

    /// Whether a budget limits such calls.
    pub(crate) async fn is_limited(
        &self,
        organisation: OrganisationId,
        wanted: Wanted<'_>,
    ) -> Result<bool, Refusal> {
        self.0.fresh(organisation).await?;
        let mut state = self.0.lock();
        let purse = state.purses.entry(organisation).or_default();
        Ok(purse.is_limited(wanted.targets, wanted.places))
    }

    /// Sets aside what a call wants. `entry` is the ledger's row, as it will stand if nobody
    /// says more.
    pub(crate) async fn reserve(
        &self,
        wanted: Wanted<'_>,
        entry: Entry,
    ) -> Result<Ticket, Refusal> {
        let organisation = entry.organisation;
        self.0.fresh(organisation).await?;
        let mut refused_by = Vec::new();
        for attempt in 0..TRIES {
            let missing = match self.0.take(organisation, wanted, &refused_by)? {
                Ok(taken) => return Ok(Ticket::new(self.0.clone(), taken, entry, wanted)),
                Err(missing) => missing,
            };
            let Missing::Slices { .. } = &missing else { return Err(refused(missing)) };
            let turn = self.0.leasing.clone().lock_owned().await;
            // whoever was before us may have got enough for us too
            let missing = match self.0.take(organisation, wanted, &refused_by)? {
                Ok(taken) => return Ok(Ticket::new(self.0.clone(), taken, entry, wanted)),
                Err(missing) => missing,
            };
            let Missing::Slices { float, budgets } = missing else {
                return Err(refused(missing));
            };
            let wish = Wish { organisation, float: float.unwrap_or_default(), budgets };
            refused_by.extend(self.0.clone().lease(turn, wish).await?);
            tracing::trace!(attempt, "a slice was taken");
        }
        Err(Refusal::Unavailable("the budget is in great demand; try again in a moment".to_owned()))
    }

    /// A row that costs nothing and needs no ticket: an answer of the cache, a refused call.
    pub(crate) fn note(&self, entry: Entry) {
        let mut state = self.0.lock();
        if state.finished.len() < WAITING {
            state.finished.push(entry);
        }
        drop(state);
        self.0.wake.notify_one();
    }
}

fn refused(missing: Missing) -> Refusal {
    match missing {
        Missing::Refused(exceeded) => Refusal::Exceeded(exceeded),
        Missing::Price(model) => Refusal::Unpriced(model),
        Missing::Slices { .. } => Refusal::Unavailable("a slice is missing".to_owned()),
    }
}

impl Inner {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.app.now()
    }

    fn take(
        &self,
        organisation: OrganisationId,
        wanted: Wanted<'_>,
        refused_by: &[(BudgetId, Exceeded)],
    ) -> Result<Result<Taken, Missing>, Refusal> {
        let now = self.now();
        let mut state = self.lock();
        if state.is_closed {
            return Err(Refusal::Unavailable("the server is stopping".to_owned()));
        }
        if state.finished.len() >= WAITING {
            return Err(Refusal::Unavailable(
                "the ledger is behind; nothing is called that could not be recorded".to_owned(),
            ));
        }
        Ok(state.purses.entry(organisation).or_default().take(wanted, refused_by, now))
    }

    /// A call ended.
    pub(super) fn finish(
        &self,
        organisation: OrganisationId,
        holding: Holding<'_>,
        spent: Spent<'_>,
        entry: Entry,
        now: Timestamp,
    ) {
        let mut state = self.lock();
        state.finished.push(entry);
        let is_first = state.finished.len() == 1;
        state.purses.entry(organisation).or_default().give_back(holding, spent, now);
        drop(state);
        if is_first {
            self.wake.notify_one();
        }
    }

    /// A call was not made: all that it held is free again.
    pub(super) fn give_back(&self, organisation: OrganisationId, holding: Holding<'_>) {
        let nothing = Spent { amount: Amount::default(), at: &[], is_estimate: false };
        let now = self.now();
        let mut state = self.lock();
        state.purses.entry(organisation).or_default().give_back(holding, nothing, now);
    }

    /// Makes sure that the list of budgets is not old.
    async fn fresh(&self, organisation: OrganisationId) -> Result<(), Refusal> {
        let (now, changes) = (self.now(), self.app.bus.changes_of_rights());
        let mut asking = None;
        {
            let mut state = self.lock();
            let purse = state.purses.entry(organisation).or_default();
            // nobody believes a list from before a change
            if purse.changes == changes {
                if purse.read_at.is_some_and(|at| now >= at && now.since(at) < BELIEVED) {
                    return Ok(());
                }
                // one asks SQL; those who come meanwhile believe the old list
                let (bank, read_at, asked_at) = (self, purse.read_at, now);
                purse.read_at = read_at.map(|_| now);
                let is_answered = false;
                asking = Some(Asking { bank, organisation, read_at, asked_at, is_answered });
            }
        }
        let read = self.budgets(organisation).await;
        if let Some(asking) = &mut asking {
            asking.is_answered = true;
        }
        let mut state = self.lock();
        let purse = state.purses.entry(organisation).or_default();
        match read {
            Ok(budgets) => {
                purse.load(&budgets, now);
                purse.changes = changes;
            }
            Err(error) => {
                purse.read_at = None;
                return Err(unavailable(error));
            }
        }
        Ok(())
    }

    async fn budgets(&self, organisation: OrganisationId) -> store::Result<Vec<Budget>> {
        let mut tx = self.db.read().await?;
        budget::sql::active(&mut tx, organisation).await
    }

    /// Takes slices; gives the budgets that lack the money. Whoever asks may leave meanwhile: what
    /// is set aside then is there for others, and goes back with the rest.
    async fn lease(
        self: Arc<Self>,
        turn: OwnedMutexGuard<()>,
        wish: Wish,
    ) -> Result<Vec<(BudgetId, Exceeded)>, Refusal> {
        let (tell, told) = oneshot::channel();
        let bank = self.clone();
        self.app.spawn(async move {
            let refused = bank.lease_now(wish).await;
            drop(turn);
            drop(tell.send(refused));
        });
        told.await.unwrap_or_else(|_| {
            Err(Refusal::Unavailable("the ledger gave no answer; try again in a moment".to_owned()))
        })
    }

    async fn lease_now(&self, wish: Wish) -> Result<Vec<(BudgetId, Exceeded)>, Refusal> {
        self.settle().await.map_err(unavailable)?;
        let (organisation, node, token) = (wish.organisation, self.node.clone(), self.token());
        let written = self
            .write(move |tx| {
                Box::pin(async move {
                    let is_alive = sql::exists(tx, organisation, &node).await?;
                    let got = lease(tx, &node, wish, token).await?;
                    Ok::<Leased, store::Error>((organisation, is_alive, got))
                })
            })
            .await;
        let leased = match written {
            Written::Kept(leased) => leased,
            Written::Not(error) => return Err(unavailable(error)),
            Written::Unsure(leased, error) => {
                self.doubts(token, Unsure::Lease(leased));
                return Err(unavailable(error));
            }
        };
        let refused = leased.2.refused.clone();
        self.filled(vec![leased]);
        Ok(refused)
    }

    /// Leases came in.
    pub(super) fn filled(&self, leases: Vec<Leased>) {
        let now = self.now();
        let mut state = self.lock();
        for (organisation, is_alive, lease) in leases {
            let purse = state.purses.entry(organisation).or_default();
            if !is_alive {
                purse.die();
            }
            purse.fill(lease.float, &lease.budgets);
            for (id, exceeded) in lease.refused {
                purse.refuse(id, exceeded, now);
            }
        }
    }
}

fn unavailable(error: store::Error) -> Refusal {
    tracing::warn!("the ledger could not be asked: {error}");
    Refusal::Unavailable("the ledger cannot be reached; try again in a moment".to_owned())
}
