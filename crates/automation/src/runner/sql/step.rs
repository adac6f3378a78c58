//! The steps of executions, as the API shows them.

use std::collections::BTreeMap;

use base::Timestamp;
use engine::{Event, Failure, StepStatus};
use serde_json::json;
use store::{Result, Rows, Sql, Tx, params, sql};

use super::{Change, Key};

/// How a step stands after the change.
struct Stand {
    status: &'static str,
    error: Option<String>,
}

/// Adds the steps that a change is about; all of them where it makes the execution.
pub(super) fn push(rows: &mut Rows, key: &Key, change: &Change, now: Timestamp) {
    let mut steps: BTreeMap<usize, Stand> = BTreeMap::new();
    if change.created.is_some() {
        let pending = |position| (position, Stand { status: "pending", error: None });
        steps.extend((0..change.plan.len()).map(pending));
    }
    for fact in &change.events {
        if let Event::WorkSentBack { steps: again, .. } = &fact.event {
            let pending = |step: &usize| (*step, Stand { status: "pending", error: None });
            steps.extend(again.iter().map(pending));
        } else if let Some((position, next)) = stand(&fact.event) {
            let step = steps.entry(position).or_insert(Stand { status: "pending", error: None });
            // What has ended stays ended.
            if matches!(step.status, "pending" | "running") {
                *step = next;
            }
        }
    }
    for (position, step) in steps {
        let has_started = step.status != "pending";
        let has_ended = has_started && step.status != "running";
        rows.push(params![
            &key.organisation,
            &key.execution,
            &change.plan.step(position).id,
            position as i64,
            step.status,
            step.error,
            has_started.then_some(now),
            has_ended.then_some(now)
        ]);
    }
}

/// What a fact means to a step.
fn stand(event: &Event) -> Option<(usize, Stand)> {
    let stand = |position: usize, status, error| Some((position, Stand { status, error }));
    match event {
        Event::AttemptStarted { key, .. } => stand(key.step, "running", None),
        Event::StepExpanded { step, .. } => stand(*step, "running", None),
        Event::StepKept { step, status, instances, failure, .. } => {
            let open = if instances.is_empty() { "pending" } else { "running" };
            let status = status.map_or(open, StepStatus::as_str);
            stand(*step, status, failure.as_ref().map(error))
        }
        Event::StepCompleted { step, .. } => stand(*step, "completed", None),
        Event::StepSkipped { step, .. } => stand(*step, "skipped", None),
        Event::StepFailed { step, failure } => stand(*step, "failed", Some(error(failure))),
        _ => None,
    }
}

/// A failure in the form that the API gives it.
pub(super) fn error(failure: &Failure) -> String {
    json!({ "code": failure.code, "message": failure.message }).to_string()
}

pub(super) const WRITE: Sql = sql!(
    "insert into execution_steps (organisation_id, execution_id, step, position, status, error, started_at, finished_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (organisation_id, execution_id, step) do update set status = excluded.status, error = excluded.error, started_at = coalesce(execution_steps.started_at, excluded.started_at), finished_at = excluded.finished_at where execution_steps.finished_at is null"
);

/// Ends the steps that the end of their execution left open.
pub(super) async fn close(tx: &mut Tx, closed: &[Key], now: Timestamp) -> Result<()> {
    let mut rows = Rows::default();
    for key in closed {
        rows.push(params![&key.organisation, &key.execution, now]);
    }
    tx.execute_rows(
        sql!("update execution_steps set status = case status when 'pending' then 'skipped' else 'cancelled' end, finished_at = ended.column3 from (values ($1, $2, cast($3 as bigint))) as ended where organisation_id = ended.column1 and execution_id = ended.column2 and finished_at is null"),
        rows,
    )
    .await?;
    Ok(())
}
