//! The attempts at steps, as the API shows them.

use std::collections::HashMap;

use base::{ResultId, Timestamp};
use engine::{AttemptKey, Event};
use indexmap::IndexMap;
use store::{Result, Rows, Sql, Tx, params, sql};

use super::step::error;
use super::{Change, Key};

/// How an attempt stands after the change.
struct Stand {
    status: &'static str,
    error: Option<String>,
}

/// Adds the attempts that began or ended.
pub(super) fn push(
    rows: &mut Rows,
    key: &Key,
    change: &Change,
    results: &HashMap<AttemptKey, ResultId>,
    now: Timestamp,
) {
    let mut attempts: IndexMap<AttemptKey, Stand> = IndexMap::new();
    for fact in &change.events {
        let (attempt, stand) = match &fact.event {
            Event::WorkSentBack { gate, steps, .. } => {
                send_back(&mut attempts, *gate, steps);
                continue;
            }
            Event::StepKept { step, instances, earlier, .. } => {
                let kept = instances.iter().chain(earlier).enumerate();
                let kept = kept.filter(|(_, kept)| kept.output.is_some());
                for (instance, _) in kept {
                    let key = AttemptKey { step: *step, instance, attempt: 0 };
                    attempts.insert(key, Stand { status: "completed", error: None });
                }
                continue;
            }
            Event::AttemptStarted { key, .. } => (*key, Stand { status: "running", error: None }),
            Event::AttemptCompleted { key, .. } => {
                (*key, Stand { status: "completed", error: None })
            }
            Event::AttemptFailed { key, failure } => {
                (*key, Stand { status: "failed", error: Some(error(failure)) })
            }
            _ => continue,
        };
        attempts.insert(attempt, stand);
    }
    for (attempt, stand) in attempts {
        // An attempt that began in an earlier commit has its label and its beginning.
        let label = change.labels.get(&attempt).map_or("", String::as_str);
        let has_ended = stand.status != "running";
        rows.push(params![
            &key.organisation,
            &key.execution,
            &change.plan.step(attempt.step).id,
            attempt.instance as i64,
            attempt.attempt,
            label,
            stand.status,
            stand.error,
            results.get(&attempt).copied(),
            now,
            has_ended.then_some(now)
        ]);
    }
}

/// Attempts at steps that are done again: the gate's has done its work, the others are
/// not wanted any more.
fn send_back(attempts: &mut IndexMap<AttemptKey, Stand>, gate: usize, steps: &[usize]) {
    for (key, stand) in attempts {
        if stand.status == "running" && steps.contains(&key.step) {
            stand.status = if key.step == gate { "completed" } else { "cancelled" };
        }
    }
}

pub(super) const WRITE: Sql = sql!(
    "insert into attempts (organisation_id, execution_id, step, instance, number, label, status, error, result_id, started_at, finished_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (organisation_id, execution_id, step, instance, number) do update set status = excluded.status, error = excluded.error, result_id = excluded.result_id, finished_at = excluded.finished_at where attempts.finished_at is null"
);

/// Ends the attempts that the end of their execution left open.
pub(super) async fn close(tx: &mut Tx, closed: &[Key], now: Timestamp) -> Result<()> {
    let mut rows = Rows::default();
    for key in closed {
        rows.push(params![&key.organisation, &key.execution, now]);
    }
    tx.execute_rows(
        sql!("update attempts set status = 'cancelled', finished_at = ended.column3 from (values ($1, $2, cast($3 as bigint))) as ended where organisation_id = ended.column1 and execution_id = ended.column2 and finished_at is null"),
        rows,
    )
    .await?;
    Ok(())
}
