//! Results: one for each finished instance of a step, never changed.

use std::collections::HashMap;

use base::{Random, ResultId, Timestamp};
use engine::{AttemptKey, Event};
use store::{Result, Rows, Tx, params, sql};

use super::{Change, Key};

/// Adds the results of a change and says which attempt has which.
pub(super) fn push(
    rows: &mut Rows,
    key: &Key,
    change: &Change,
    now: Timestamp,
    random: &dyn Random,
) -> HashMap<AttemptKey, ResultId> {
    let mut ids = HashMap::new();
    for fact in &change.events {
        let Event::AttemptCompleted { key: attempt, output } = &fact.event else { continue };
        let note = change.notes.get(attempt).cloned().unwrap_or_default();
        let id = note.id.unwrap_or_else(|| ResultId::new(now, random));
        rows.push(params![
            &key.organisation,
            id,
            &key.execution,
            &change.plan.step(attempt.step).id,
            attempt.instance as i64,
            note.agent,
            note.command,
            note.prompt_hash,
            note.summary,
            output,
            note.scripted,
            note.usage.model_calls,
            note.usage.input_tokens,
            note.usage.output_tokens,
            note.usage.cost_micros,
            now
        ]);
        ids.insert(*attempt, id);
    }
    ids
}

pub(super) async fn write(tx: &mut Tx, rows: Rows) -> Result<()> {
    tx.execute_rows(
        sql!("insert into results (organisation_id, id, execution_id, step, instance, agent, command, prompt_hash, summary, output, scripted, model_calls, input_tokens, output_tokens, cost_micros, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"),
        rows,
    )
    .await?;
    Ok(())
}
