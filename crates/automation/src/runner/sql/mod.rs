//! The runner's SQL: the journal and the rows that follow from it, in one transaction.
//!
//! A commit is one statement a table, however many executions it is about. Each table has
//! its file; a file folds the facts into the rows as they stand after the commit, because
//! a statement may touch a row once.

mod approval;
mod attempt;
mod continued;
mod execution;
mod journal;
mod rare;
mod read;
mod result;
mod step;

use base::{Random, Timestamp};
use store::lease::{self, Lease};
use store::{Result, Tx};

pub(crate) use continued::{Bar, barred};
pub(super) use execution::add_usage;
pub(super) use read::{Unfinished, unfinished};
pub(crate) use read::{charge, journal};

use super::change::Change;

/// Writes all changes, unless this process has lost the engine role. Returns, for each change
/// in order, whether it was written: `false` only for an execution that is not made. Where
/// one of them begins to listen to events of the system, [`write_journal`] has to follow.
pub(super) async fn write(
    tx: &mut Tx,
    lease: &Lease,
    changes: &[Change],
    now: Timestamp,
    random: &dyn Random,
) -> Result<Vec<bool>> {
    if changes.iter().any(writes_first) {
        lease::check(tx, lease).await?;
    }
    let refused = execution::create(tx, changes, now).await?;
    for new in changes.iter().filter_map(|change| change.created.as_deref()) {
        if let Some(beside) = &new.beside {
            beside.write(tx).await?;
        }
    }
    let written: Vec<bool> = changes.iter().map(|change| !refused.contains(&change.id)).collect();
    let listens = changes.iter().any(Change::listens);
    let mut rows = Tables::default();
    for (change, _) in changes.iter().zip(&written).filter(|(_, written)| **written) {
        let key = Key::of(change);
        let audit = change.created.as_deref().and_then(|new| new.audit.as_ref());
        for beside in change.beside.iter().chain(audit) {
            beside.write(tx).await?;
        }
        if !listens {
            journal::push(&mut rows.journal, &key, change, None, now);
        }
        step::push(&mut rows.steps, &key, change, now);
        // Results have their ids before the attempts point to them.
        let results = result::push(&mut rows.results, &key, change, now, random);
        attempt::push(&mut rows.attempts, &key, change, &results, now);
        if change.created.is_none() {
            execution::push(&mut rows.heads, &key, change, now);
        }
        if change.head.status.is_final() && change.head.status != engine::Status::Completed {
            rows.closed.push(key);
        }
        if rare::is_rare(change) {
            rare::before(tx, change, now).await?;
            rows.rare.push(change);
        }
    }
    let parts = vec![
        (journal::WRITE, rows.journal),
        (step::WRITE, rows.steps),
        (attempt::WRITE, rows.attempts),
        (result::WRITE, rows.results),
        (execution::WRITE, rows.heads),
    ];
    lease::write(tx, lease, parts).await?;
    step::close(tx, &rows.closed, now).await?;
    attempt::close(tx, &rows.closed, now).await?;
    for change in rows.rare {
        rare::after(tx, change, now, random).await?;
    }
    Ok(written)
}

/// Writes the facts of changes of which some begin to listen to events of the system, once
/// the number of the newest one is known.
pub(super) async fn write_journal(
    tx: &mut Tx,
    changes: &[Change],
    written: &[bool],
    newest: i64,
    now: Timestamp,
) -> Result<()> {
    let mut rows = store::Rows::default();
    for (change, _) in changes.iter().zip(written).filter(|(_, written)| **written) {
        journal::push(&mut rows, &Key::of(change), change, Some(newest), now);
    }
    tx.execute_rows(journal::WRITE, rows).await?;
    Ok(())
}

/// Whether something is written before the rows of facts, with which the lease is checked.
fn writes_first(change: &Change) -> bool {
    change.created.is_some() || !change.beside.is_empty() || rare::is_rare(change)
}

/// The rows of one commit.
#[derive(Default)]
struct Tables<'a> {
    journal: store::Rows,
    steps: store::Rows,
    attempts: store::Rows,
    results: store::Rows,
    heads: store::Rows,
    /// Executions that ended before all of their steps had.
    closed: Vec<Key>,
    /// Changes with facts that need more than the rows above.
    rare: Vec<&'a Change>,
}

/// What every row of an execution begins with.
struct Key {
    organisation: String,
    execution: String,
}

impl Key {
    fn of(change: &Change) -> Self {
        Self { organisation: change.organisation.to_string(), execution: change.id.to_string() }
    }
}
