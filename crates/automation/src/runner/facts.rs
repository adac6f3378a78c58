//! What one commit holds of some changes: their rows, the calls that they end, and what
//! others learn of them.

use std::sync::Arc;

use base::{Random, Timestamp};
use store::lease::Lease;
use store::{Error, Procedures, Tx, outbox};

use super::change::Change;
use super::{announce, ending, sql};

/// What came of writing changes.
pub(super) struct Written {
    /// For each change in order, whether it was written: `false` only for an execution that
    /// exists already, or that continues one that may not be continued any more.
    pub is_new: Vec<bool>,
    /// The number of the newest event of the system, those of this commit among them; absent
    /// where no attempt begins to listen to it.
    pub newest: Option<i64>,
}

/// Writes all changes, unless this process has lost the engine role. Where no execution that is
/// to be made is expected to be there, as few statements do it as possible; one that is there
/// all the same makes a duplicate of it, and has to be looked for.
pub(super) async fn write(
    tx: &mut Tx,
    lease: &Lease,
    procedures: &Procedures,
    changes: &[Change],
    new: New,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Written, Error> {
    if is_rows_only(changes, new)
        && let Some(told) = announce::parts(changes, now)
    {
        let is_new = sql::write_all(tx, lease, changes, told, now, random.as_ref()).await?;
        return Ok(Written { is_new, newest: None });
    }
    let is_new = sql::write(tx, lease, changes, now, random.as_ref()).await?;
    ending::close_calls(tx, procedures, changes, now, random).await?;
    let told = announce::announce(tx, changes, &is_new, now).await?;
    if !changes.iter().any(Change::listens) {
        return Ok(Written { is_new, newest: None });
    }
    // Who listens from this commit on hears what later ones tell. The counter is asked last,
    // as everywhere, because it is locked until the end.
    let newest = match told {
        Some(last) => last,
        None => outbox::position(tx).await?,
    };
    sql::write_journal(tx, changes, &is_new, newest, now).await?;
    Ok(Written { is_new, newest: Some(newest) })
}

/// What is thought of executions that are to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum New {
    /// None of them is there.
    Expected,
    /// Some may be there already.
    Doubted,
}

/// Whether rows are all that becomes of the changes: no ledger is asked, nothing may turn out to
/// be refused. So it is with most of them.
fn is_rows_only(changes: &[Change], new: New) -> bool {
    changes.iter().all(|change| {
        (change.created.is_none() || new == New::Expected)
            && !ending::has_calls(change)
            && sql::is_rows_only(change)
    })
}
