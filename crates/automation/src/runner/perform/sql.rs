//! SQL of the turn journal and of what a turn adds to its execution's row.

use base::{Timestamp, Usage};
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

/// Adds what a call used to its execution.
pub(super) async fn add_usage(
    tx: &mut Tx,
    assignment: &Assignment,
    usage: Usage,
    model: Option<&str>,
    scripted: bool,
) -> Result<()> {
    tx.execute(
        sql!("update executions set model_calls = model_calls + $3, input_tokens = input_tokens + $4, output_tokens = output_tokens + $5, cost_micros = cost_micros + $6, model = coalesce($7, model), scripted = scripted or $8 where organisation_id = $1 and id = $2"),
        params![
            assignment.organisation, assignment.execution, usage.model_calls, usage.input_tokens, usage.output_tokens,
            usage.cost_micros, model, scripted
        ],
    )
    .await?;
    Ok(())
}
