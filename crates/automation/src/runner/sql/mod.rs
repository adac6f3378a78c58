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

use std::mem::take;

use base::{Random, Timestamp};
use store::lease::{self, Lease};
use store::{Result, Rows, Sql, Tx};

pub(crate) use continued::{Bar, barred};
pub(super) use execution::add_usage;
pub(super) use read::{Unfinished, unfinished};
pub(crate) use read::{charge, journal};

use super::change::Change;

/// Writes changes of which each [`is_rows_only`], with the rows that others learn of them by, as
/// the last thing that a job does; returns the same as [`write`]. Fails as a duplicate where an
/// execution is to be made that is there.
pub(super) async fn write_all(
    tx: &mut Tx,
    lease: &Lease,
    changes: &[Change],
    told: Vec<(Sql, Rows)>,
    now: Timestamp,
    random: &dyn Random,
) -> Result<Vec<bool>> {
    let (mut created, mut rows) = (Rows::default(), Tables::default());
    for change in changes {
        let key = Key::of(change);
        if let Some(new) = change.created.as_deref() {
            execution::push_new(&mut created, new, change, now);
        }
        journal::push(&mut rows.journal, &key, change, None, now);
        rows.push(&key, change, now, random);
    }
    let mut parts = vec![(execution::NEW, created)];
    parts.extend(rows.parts());
    parts.extend(told);
    lease::write_all(tx, lease, parts).await?;
    Ok(vec![true; changes.len()])
}

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
    // The rows of facts look at the lease themselves, and take back what stands before them.
    if changes.iter().any(may_fail_first) {
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
        rows.push(&key, change, now, random);
        if change.head.status.is_final() && change.head.status != engine::Status::Completed {
            rows.closed.push(key);
        }
        if rare::is_rare(change) {
            rare::before(tx, change, now).await?;
            rows.rare.push(change);
        }
    }
    lease::write(tx, lease, rows.parts()).await?;
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
    let mut rows = Rows::default();
    for (change, _) in changes.iter().zip(written).filter(|(_, written)| **written) {
        journal::push(&mut rows, &Key::of(change), change, Some(newest), now);
    }
    tx.execute_rows(journal::WRITE, rows).await?;
    Ok(())
}

/// Whether rows are all that is written of it, but for what others learn of it. What may turn out
/// to be refused is more than that, and so is an end that closes what is open.
pub(super) fn is_rows_only(change: &Change) -> bool {
    let is_plain = change
        .created
        .as_deref()
        .is_none_or(|new| new.link.is_none() && new.beside.is_none() && new.audit.is_none());
    let status = change.head.status;
    is_plain
        && change.beside.is_empty()
        && !change.listens()
        && !rare::is_rare(change)
        && (!status.is_final() || status == engine::Status::Completed)
}

/// Whether something goes before the rows of facts that may fail by what another process with the
/// engine role has done meanwhile; that the role is lost has to be found out earlier then. The row
/// of a new execution is left out where there is one already.
fn may_fail_first(change: &Change) -> bool {
    let brings = change
        .created
        .as_deref()
        .is_some_and(|new| new.link.is_some() || new.beside.is_some() || new.audit.is_some());
    brings || !change.beside.is_empty() || rare::is_rare(change)
}

/// The rows of one commit.
#[derive(Default)]
struct Tables<'a> {
    journal: Rows,
    steps: Rows,
    attempts: Rows,
    results: Rows,
    heads: Rows,
    /// Executions that ended before all of their steps had.
    closed: Vec<Key>,
    /// Changes with facts that need more than the rows above.
    rare: Vec<&'a Change>,
}

impl Tables<'_> {
    /// Adds the rows of a change, but those of the journal.
    fn push(&mut self, key: &Key, change: &Change, now: Timestamp, random: &dyn Random) {
        step::push(&mut self.steps, key, change, now);
        // Results have their ids before the attempts point to them.
        let results = result::push(&mut self.results, key, change, now, random);
        attempt::push(&mut self.attempts, key, change, &results, now);
        if change.created.is_none() {
            execution::push(&mut self.heads, key, change, now);
        }
    }

    /// Takes the rows out, with the statement of each table.
    fn parts(&mut self) -> Vec<(Sql, Rows)> {
        vec![
            (journal::WRITE, take(&mut self.journal)),
            (step::WRITE, take(&mut self.steps)),
            (attempt::WRITE, take(&mut self.attempts)),
            (result::WRITE, take(&mut self.results)),
            (execution::WRITE, take(&mut self.heads)),
        ]
    }
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
