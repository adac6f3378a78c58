//! Writing what calls came to, in groups, and filling the slices up on the way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::{BudgetId, Micros, OrganisationId, Timestamp, VirtualKeyId};
use store::{Result, Tx};

use super::bank::{Bank, Inner, Leased};
use super::doubt::{Unsure, Written};
use super::lease::{Wish, lease};
use super::purse::Drained;
use super::{Amount, Entry, sql};
use crate::budget;

/// How long rows are collected.
const EVERY: Duration = Duration::from_millis(25);
/// How long to wait after a flush that failed.
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Slices of an organisation that makes no calls for this long go back.
const IDLE: Duration = Duration::from_secs(2);
/// How often a server that holds slices says that it is alive.
const ALIVE: Duration = Duration::from_secs(10);
/// How long the last calls of a server that stops may take.
const LAST_CALLS: Duration = Duration::from_secs(8);

/// One group.
#[derive(Debug, Clone)]
pub(super) struct Group {
    entries: Vec<Entry>,
    pub(super) drained: HashMap<OrganisationId, Drained>,
}

impl Bank {
    /// Writes until the program ends, then gives everything back. Spawn it once.
    pub(crate) async fn keep_books(self) {
        let mut seen_at = self.0.now();
        while !self.0.closing.is_cancelled() {
            tokio::select! {
                () = self.0.closing.cancelled() => break,
                () = self.0.wake.notified() => tokio::time::sleep(EVERY).await,
                () = tokio::time::sleep(IDLE) => {}
            }
            let is_due = self.0.now().since(seen_at) >= ALIVE;
            if is_due {
                seen_at = self.0.now();
            }
            self.flush(is_due).await;
            self.give_back(IDLE).await;
        }
        self.close().await;
    }

    /// Waits for the last calls, writes them and gives the slices back.
    async fn close(&self) {
        let last = async {
            while self.0.in_flight() > 0 {
                tokio::time::sleep(EVERY).await;
            }
        };
        if tokio::time::timeout(LAST_CALLS, last).await.is_err() {
            tracing::warn!(
                "calls of outside clients were still open; the next start books them as estimates"
            );
        }
        self.0.lock().is_closed = true;
        self.flush(false).await;
        self.give_back(Duration::ZERO).await;
    }

    /// Writes what waits. What could not be written is kept for the next time.
    pub(super) async fn flush(&self, say_alive: bool) {
        // whoever leases meanwhile must not find money that is on its way to us missing
        let turn = self.0.leasing.lock().await;
        if let Err(error) = self.0.settle().await {
            tracing::error!("the ledger does not say what became of the last write: {error}");
            drop(turn);
            return self.again().await;
        }
        let Some(group) = self.0.collect(say_alive) else { return };
        let (node, token) = (self.0.node.clone(), self.0.token());
        let rows = group.entries.len();
        let group = Arc::new(group);
        let shared = group.clone();
        let written = self
            .0
            .write(move |tx| Box::pin(async move { write(tx, &node, &shared, token).await }))
            .await;
        let (error, came_to) = match written {
            Written::Kept(leases) => {
                metrics::histogram!("hishamos_ledger_group_rows").record(rows as f64);
                return self.0.filled(leases);
            }
            Written::Not(error) => (error, None),
            Written::Unsure(leases, error) => (error, Some(leases)),
        };
        tracing::error!("{rows} calls of outside clients wait for the ledger: {error}");
        let group = Arc::unwrap_or_clone(group);
        match came_to {
            Some(leases) => self.0.doubts(token, Unsure::Group(group, leases)),
            None => self.0.restore(group),
        }
        drop(turn);
        self.again().await;
    }

    async fn again(&self) {
        tokio::time::sleep(AFTER_FAILURE).await;
        self.0.wake.notify_one();
    }

    /// Gives back the slices of organisations that make no calls.
    pub(super) async fn give_back(&self, idle: Duration) {
        loop {
            // who finds nothing meanwhile waits for what is on its way back
            let _turn = self.0.leasing.lock().await;
            if let Err(error) = self.0.settle().await {
                tracing::warn!("the ledger does not say what became of the last write: {error}");
                return;
            }
            let Some(handed) = self.0.idle(idle) else { return };
            let (organisation, float, budgets) = handed.clone();
            let (node, token) = (self.0.node.clone(), self.0.token());
            let written = self
                .0
                .write(move |tx| {
                    Box::pin(async move {
                        hand_in(tx, organisation, &node, float, &budgets, token).await
                    })
                })
                .await;
            let error = match written {
                Written::Kept(()) => continue,
                Written::Not(error) => {
                    let (_, float, budgets) = handed;
                    let mut state = self.0.lock();
                    state.purses.entry(organisation).or_default().fill(float, &budgets);
                    error
                }
                Written::Unsure((), error) => {
                    self.0.doubts(token, Unsure::HandIn(handed));
                    error
                }
            };
            tracing::warn!("slices could not be given back: {error}");
            return;
        }
    }
}

/// What a purse held: of whom, the float, and of each budget.
pub(super) type HandedIn = (OrganisationId, Amount, Vec<(BudgetId, Micros)>);

impl Inner {
    fn in_flight(&self) -> usize {
        self.lock().purses.values().map(|purse| purse.in_flight).sum()
    }

    pub(super) fn collect(&self, say_alive: bool) -> Option<Group> {
        let mut state = self.lock();
        let entries = std::mem::take(&mut state.finished);
        let mut drained = HashMap::new();
        for (organisation, purse) in &mut state.purses {
            let one = purse.drain();
            let has_news = !one.float_used.is_zero()
                || !one.float_wish.is_zero()
                || !one.budgets.is_empty()
                || !one.ended.is_empty();
            if has_news || (say_alive && !purse.is_empty()) {
                drained.insert(*organisation, one);
            }
        }
        (!entries.is_empty() || !drained.is_empty()).then_some(Group { entries, drained })
    }

    pub(super) fn restore(&self, group: Group) {
        let Group { entries, drained } = group;
        let mut state = self.lock();
        let newer = std::mem::replace(&mut state.finished, entries);
        state.finished.extend(newer);
        for (organisation, one) in drained {
            state.purses.entry(organisation).or_default().undrain(one);
        }
    }

    /// Empties the purse of one that is idle.
    pub(super) fn idle(&self, idle: Duration) -> Option<HandedIn> {
        let now = self.now();
        let mut state = self.lock();
        let waits: Vec<OrganisationId> =
            state.finished.iter().map(|entry| entry.organisation).collect();
        state.purses.iter_mut().find_map(|(organisation, purse)| {
            let is_idle = purse.in_flight == 0
                && now.since(purse.active_at.0) >= idle
                && !waits.contains(organisation)
                && purse.float_used.is_zero();
            (is_idle && !purse.is_empty()).then(|| {
                let (float, budgets) = purse.empty();
                (*organisation, float, budgets)
            })
        })
    }
}

/// The whole group in one transaction: rows, what the slices lost and got, alerts.
pub(super) async fn write(
    tx: &mut Tx,
    node: &str,
    group: &Group,
    now: Timestamp,
) -> Result<Vec<Leased>> {
    sql::insert(tx, &group.entries).await?;
    for (organisation, key, at) in used_keys(&group.entries) {
        sql::touch_key(tx, organisation, key, at).await?;
    }
    let mut leases = Vec::new();
    for (organisation, drained) in &group.drained {
        let organisation = *organisation;
        // others may have taken this server for dead and booked its slices
        let is_alive = sql::exists(tx, organisation, node).await?;
        if is_alive {
            book(tx, organisation, node, drained, now).await?;
        }
        let budgets = drained
            .budgets
            .iter()
            .filter(|(_, _, wish)| *wish > Micros::ZERO)
            .map(|(id, _, wish)| (*id, Micros::ZERO, *wish))
            .collect();
        let wish = Wish { organisation, float: drained.float_wish, budgets };
        let lease = lease(tx, node, wish, now).await?;
        leases.push((organisation, is_alive, lease));
        sql::seen(tx, organisation, node, now).await?;
    }
    Ok(leases)
}

/// Books what was used of the slices of one organisation.
async fn book(
    tx: &mut Tx,
    organisation: OrganisationId,
    node: &str,
    drained: &Drained,
    now: Timestamp,
) -> Result<()> {
    let nothing = Amount::default();
    if !drained.float_used.is_zero() {
        let used = nothing.minus(drained.float_used);
        sql::add(tx, organisation, node, None, used, now).await?;
    }
    for (id, used, _) in &drained.budgets {
        if *used == Micros::ZERO {
            continue;
        }
        sql::add(tx, organisation, node, Some(*id), nothing.minus(sql::money(*used)), now).await?;
        budget::book(tx, organisation, *id, (*used, *used), now).await?;
    }
    for (id, rest) in &drained.ended {
        sql::add(tx, organisation, node, Some(*id), nothing.minus(sql::money(*rest)), now).await?;
        budget::sql::release(tx, organisation, *id, *rest, Micros::ZERO).await?;
    }
    Ok(())
}

/// Gives slices back to their budgets.
pub(super) async fn hand_in(
    tx: &mut Tx,
    organisation: OrganisationId,
    node: &str,
    float: Amount,
    budgets: &[(BudgetId, Micros)],
    now: Timestamp,
) -> Result<()> {
    let nothing = Amount::default();
    if !sql::exists(tx, organisation, node).await? {
        return Ok(());
    }
    sql::add(tx, organisation, node, None, nothing.minus(float), now).await?;
    for (id, rest) in budgets {
        sql::add(tx, organisation, node, Some(*id), nothing.minus(sql::money(*rest)), now).await?;
        budget::sql::release(tx, organisation, *id, *rest, Micros::ZERO).await?;
    }
    // what is left, if anything, tells that this was written
    sql::seen(tx, organisation, node, now).await?;
    sql::sweep(tx, organisation, node).await
}

/// The keys of a group and when each was last used.
fn used_keys(entries: &[Entry]) -> Vec<(OrganisationId, VirtualKeyId, Timestamp)> {
    let mut used = HashMap::new();
    for entry in entries {
        if let Some(key) = entry.key {
            let at = used.entry((entry.organisation, key)).or_insert(entry.started_at);
            *at = entry.started_at.max(*at);
        }
    }
    used.into_iter()
        .map(|((organisation, key), at)| (organisation, key, Timestamp::from_millis(at)))
        .collect()
}
