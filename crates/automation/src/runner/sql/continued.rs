//! Whether an ended execution may be continued: what it did is undone once, so whoever wants
//! more of it has to go on from the one that undoes it.

use base::{ExecutionId, OrganisationId};
use store::{Result, Tx, params, sql};

/// What stands in the way of continuing an ended execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bar {
    /// This one undoes what it did, or has undone it.
    Undone(ExecutionId),
    /// This one was to undo what it did, and failed or was cancelled.
    HalfUndone(ExecutionId),
}

/// What stands in the way of continuing an execution.
pub(crate) async fn barred(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Option<Bar>> {
    let rollbacks = tx
        .fetch_all(
            sql!("select id, status from executions where organisation_id = $1 and origin_execution_id = $2 and origin_mode = 'rollback' order by created_at, id"),
            params![organisation, id],
        )
        .await?;
    let mut bar = None;
    for row in &rollbacks {
        let (by, status): (ExecutionId, String) = (row.get("id")?, row.get("status")?);
        if !matches!(status.as_str(), "failed" | "cancelled") {
            return Ok(Some(Bar::Undone(by)));
        }
        bar = Some(Bar::HalfUndone(by));
    }
    Ok(bar)
}
