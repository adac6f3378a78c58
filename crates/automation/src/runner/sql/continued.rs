//! Whether an ended execution may be continued: what it did is undone once, and not while
//! another one goes on with it. Who continues an execution has the results that it kept of it
//! in its own rows, so this goes up and down that line.

use base::{ExecutionId, OrganisationId};
use engine::LinkMode;
use store::{Result, Tx, params, sql};

/// What stands in the way of continuing an ended execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bar {
    /// This one undoes what it did, or has undone it.
    Undone(ExecutionId),
    /// This one was to undo what it did, and failed or was cancelled.
    HalfUndone(ExecutionId),
    /// This one undoes results that it has in common with it.
    CommonUndone(ExecutionId),
    /// This one goes on with its results, so they cannot be undone.
    InUse(ExecutionId),
}

/// What stands in the way of continuing an execution in this way.
pub(crate) async fn barred(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
    mode: LinkMode,
) -> Result<Option<Bar>> {
    let bar = undone(tx, organisation, id).await?;
    if bar.is_some() || mode != LinkMode::Rollback {
        return Ok(bar);
    }
    kept(tx, organisation, id).await
}

/// The rollback of the execution, or of one whose results it keeps.
async fn undone(tx: &mut Tx, organisation: OrganisationId, id: ExecutionId) -> Result<Option<Bar>> {
    let rollbacks = tx
        .fetch_all(
            sql!("with recursive line (id, origin) as (select e.id, e.origin_execution_id from executions e where e.organisation_id = $1 and e.id = $2 union all select e.id, e.origin_execution_id from executions e join line l on e.id = l.origin where e.organisation_id = $1 and exists (select 1 from results r where r.organisation_id = $1 and r.execution_id = l.id and r.kept_from = e.id)) select u.id, u.status, u.origin_execution_id from executions u join line l on u.origin_execution_id = l.id where u.organisation_id = $1 and u.origin_mode = 'rollback' and not exists (select 1 from line own where own.id = u.id) order by u.created_at, u.id"),
            params![organisation, id],
        )
        .await?;
    let mut bar = None;
    for row in &rollbacks {
        let (by, status): (ExecutionId, String) = (row.get("id")?, row.get("status")?);
        let of: ExecutionId = row.get("origin_execution_id")?;
        if of != id {
            bar = bar.or(Some(Bar::CommonUndone(by)));
        } else if matches!(status.as_str(), "failed" | "cancelled") {
            bar = Some(Bar::HalfUndone(by));
        } else {
            return Ok(Some(Bar::Undone(by)));
        }
    }
    Ok(bar)
}

/// One that keeps results of the execution and has not ended, or has undone something.
async fn kept(tx: &mut Tx, organisation: OrganisationId, id: ExecutionId) -> Result<Option<Bar>> {
    let row = tx
        .fetch_optional(
            sql!("with recursive keepers (id) as (select e.id from executions e where e.organisation_id = $1 and e.origin_execution_id = $2 and exists (select 1 from results r where r.organisation_id = $1 and r.execution_id = e.id and r.kept_from = $2) union all select e.id from executions e join keepers k on e.origin_execution_id = k.id where e.organisation_id = $1 and exists (select 1 from results r where r.organisation_id = $1 and r.execution_id = e.id and r.kept_from = k.id)) select e.id, e.is_final from executions e join keepers k on e.id = k.id where e.organisation_id = $1 and (e.is_final = false or exists (select 1 from results r where r.organisation_id = $1 and r.execution_id = e.id and r.step like '%.compensate')) order by e.created_at, e.id limit 1"),
            params![organisation, id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let by = row.get("id")?;
    Ok(Some(if row.get("is_final")? { Bar::CommonUndone(by) } else { Bar::InUse(by) }))
}
