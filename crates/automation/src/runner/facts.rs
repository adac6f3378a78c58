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

/// Writes all changes, unless this process has lost the engine role.
pub(super) async fn write(
    tx: &mut Tx,
    lease: &Lease,
    procedures: &Procedures,
    changes: &[Change],
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<Written, Error> {
    if is_one_statement(changes) {
        let is_new = sql::write_all(tx, lease, changes, now, random.as_ref()).await?;
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

/// Whether the rows of the facts are all that becomes of the changes: nobody is told of them,
/// and nothing ends by them. So it is with most steps.
fn is_one_statement(changes: &[Change]) -> bool {
    changes.iter().all(|change| {
        !change.head.status.is_final()
            && !change.listens()
            && announce::topics(change).is_empty()
            && sql::is_rows_only(change)
    })
}
