//! Results: one for each finished instance of a step, never changed.

use std::collections::HashMap;

use base::{ExecutionId, Random, ResultId, Timestamp};
use engine::{AttemptKey, Event};
use serde_json::Value as Json;
use store::{Rows, Sql, Value, params, sql};

use super::{Change, Key};
use crate::runner::handle::ResultNote;

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
        if let Event::StepKept { step, instances, earlier, .. } = &fact.event {
            // What only a rollback wants is kept as well: the rows say that two executions
            // must not both undo it.
            for (instance, kept) in instances.iter().chain(earlier).enumerate() {
                let Some(output) = &kept.output else { continue };
                let attempt = AttemptKey { step: *step, instance, attempt: 0 };
                let id = ResultId::new(now, random);
                let row = Row { id, attempt, note: kept_note(), output, kept_from: origin(change) };
                rows.push(row.values(key, change, now));
                ids.insert(attempt, id);
            }
        }
        let Event::AttemptCompleted { key: attempt, output } = &fact.event else { continue };
        let note = change.notes.get(attempt).cloned().unwrap_or_default();
        let id = note.id.unwrap_or_else(|| ResultId::new(now, random));
        let row = Row { id, attempt: *attempt, note, output, kept_from: None };
        rows.push(row.values(key, change, now));
        ids.insert(*attempt, id);
    }
    ids
}

/// What was taken over from another execution cost nothing here.
fn kept_note() -> ResultNote {
    ResultNote { summary: "kept from another execution".to_owned(), ..ResultNote::default() }
}

/// The execution that a new one continues.
fn origin(change: &Change) -> Option<ExecutionId> {
    change.created.as_ref()?.link.as_ref().map(|link| link.execution)
}

/// One result.
struct Row<'a> {
    id: ResultId,
    attempt: AttemptKey,
    note: ResultNote,
    output: &'a Json,
    kept_from: Option<ExecutionId>,
}

impl Row<'_> {
    fn values(self, key: &Key, change: &Change, now: Timestamp) -> Vec<Value> {
        let note = self.note;
        params![
            &key.organisation,
            self.id,
            &key.execution,
            &change.plan.step(self.attempt.step).id,
            self.attempt.instance as i64,
            self.attempt.attempt,
            self.kept_from,
            note.agent,
            note.command,
            note.prompt_hash,
            note.summary,
            self.output,
            note.scripted,
            note.usage.model_calls,
            note.usage.input_tokens,
            note.usage.output_tokens,
            note.usage.cost_micros,
            now
        ]
    }
}

pub(super) const WRITE: Sql = sql!(
    "insert into results (organisation_id, id, execution_id, step, instance, attempt, kept_from, agent, command, prompt_hash, summary, output, scripted, model_calls, input_tokens, output_tokens, cost_micros, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
);
