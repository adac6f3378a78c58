//! SQL of the turn journal and of what a turn adds to its execution's row.

use base::{ExecutionId, OrganisationId, Timestamp};
use engine::Status;
use serde_json::Value as Json;
use store::{Result, Tx, params, sql};

use super::Assignment;

/// One row of a turn's journal.
pub(super) struct Row {
    pub kind: String,
    pub body: Json,
}

pub(super) async fn journal(tx: &mut Tx, assignment: &Assignment) -> Result<Vec<Row>> {
    let key = assignment.key;
    let rows = tx
        .fetch_all(
            sql!("select kind, body from turn_events where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and attempt = $5 order by seq"),
            params![assignment.organisation, assignment.execution, &assignment.step, key.instance as i64, key.attempt],
        )
        .await?;
    rows.iter().map(|row| Ok(Row { kind: row.get("kind")?, body: row.json("body")? })).collect()
}

pub(super) async fn append(
    tx: &mut Tx,
    assignment: &Assignment,
    seq: i64,
    kind: &str,
    body: &Json,
    now: Timestamp,
) -> Result<()> {
    let key = assignment.key;
    tx.execute(
        sql!("insert into turn_events (organisation_id, execution_id, step, instance, attempt, seq, kind, body, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        params![
            assignment.organisation, assignment.execution, &assignment.step, key.instance as i64, key.attempt, seq, kind,
            body, now
        ],
    )
    .await?;
    Ok(())
}

/// Notes on the execution which model answered.
pub(super) async fn note_model(
    tx: &mut Tx,
    assignment: &Assignment,
    model: &str,
    scripted: bool,
) -> Result<()> {
    tx.execute(
        sql!("update executions set answered_model = $3, scripted = scripted or $4 where organisation_id = $1 and id = $2"),
        params![assignment.organisation, assignment.execution, model, scripted],
    )
    .await?;
    Ok(())
}

/// How an execution stands, for the step that waits for it.
pub(super) struct End {
    pub status: Status,
    pub outputs: Option<Json>,
    pub error: Option<Json>,
}

/// How an execution stands; `None` when it is unknown.
pub(super) async fn end(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Option<End>> {
    let row = tx
        .fetch_optional(
            sql!("select status, outputs, error from executions where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.map(|row| {
        let status: String = row.get("status")?;
        Ok(End {
            status: status.parse().unwrap_or_default(),
            outputs: row.json_option("outputs")?,
            error: row.json_option("error")?,
        })
    })
    .transpose()
}
