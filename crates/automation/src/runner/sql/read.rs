//! Reading what was not finished, after a start.

use base::{ExecutionId, OrganisationId};
use engine::Event;
use store::{Result, Tx, params, sql};

/// An execution that has not ended, as it stands in SQL.
pub(in crate::runner) struct Unfinished {
    pub organisation: OrganisationId,
    pub id: ExecutionId,
    pub definition: String,
    pub model: Option<String>,
    pub scripted: bool,
    pub percent: i64,
    pub priority: String,
}

/// A page of unfinished executions in the order they came.
pub(in crate::runner) async fn unfinished(
    tx: &mut Tx,
    after: &str,
    limit: i64,
) -> Result<Vec<Unfinished>> {
    let rows = tx
        .fetch_all(
            sql!("select organisation_id, id, definition, model, scripted, percent, priority from executions where is_final = false and id > $1 order by id limit $2"),
            params![after, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Unfinished {
                organisation: row.get("organisation_id")?,
                id: row.get("id")?,
                definition: row.get("definition")?,
                model: row.get("model")?,
                scripted: row.get("scripted")?,
                percent: row.get("percent")?,
                priority: row.get("priority")?,
            })
        })
        .collect()
}

/// The facts of an execution, in order.
pub(in crate::runner) async fn journal(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Vec<Event>> {
    let rows = tx
        .fetch_all(
            sql!("select body from execution_events where organisation_id = $1 and execution_id = $2 order by seq"),
            params![organisation, id],
        )
        .await?;
    rows.iter().map(|row| row.json("body")).collect()
}
