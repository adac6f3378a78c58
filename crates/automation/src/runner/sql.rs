//! The runner's SQL: the journal and the rows that follow from it, in one transaction.

use base::{ExecutionId, OrganisationId, Random, ResultId, Timestamp, Usage};
use engine::{AttemptKey, Event, Status};
use serde_json::{Value as Json, json};
use store::sql::dialect::JOURNAL_INSERT;
use store::{Result, Tx, params, sql};

use super::change::Change;
use super::handle::NewExecution;

/// Writes all changes. Returns, for each change in order, whether it was written: `false`
/// only for an execution that exists already.
pub(super) async fn write(
    tx: &mut Tx,
    changes: &[Change],
    now: Timestamp,
    random: &dyn Random,
) -> Result<Vec<bool>> {
    let mut written = Vec::with_capacity(changes.len());
    let mut journal = Vec::new();
    for change in changes {
        let is_new = match &change.created {
            Some(new) => create(tx, new, now).await?,
            None => true,
        };
        written.push(is_new);
        if is_new {
            journal.extend(change.journal(now));
            for fact in &change.events {
                project(tx, change, &fact.event, now, random).await?;
            }
            head(tx, change, now).await?;
        }
    }
    if !journal.is_empty() {
        tx.execute(JOURNAL_INSERT, params![Json::Array(journal)]).await?;
    }
    Ok(written)
}

async fn create(tx: &mut Tx, new: &NewExecution, now: Timestamp) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("insert into executions (organisation_id, id, workflow_slug, workflow_name, workflow_revision, definition, project_key, title, status, is_final, inputs, total_steps, completed_steps, failed_steps, percent, running, priority, model, scripted, recovered, model_calls, input_tokens, output_tokens, cost_micros, started_by_kind, started_by_id, started_by_name, last_seq, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', false, $9, $10, 0, 0, 0, '[]', $11, $12, false, 0, 0, 0, 0, 0, $13, $14, $15, 0, $16) on conflict do nothing"),
            params![
                new.organisation, new.id, &new.workflow_slug, &new.workflow_name, new.workflow_revision, &new.definition,
                new.project.clone(), &new.title, &new.inputs, new.plan.len() as i64, &new.priority, new.model.clone(),
                new.starter.kind, &new.starter.id, &new.starter.name, now
            ],
        )
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    for (position, step) in new.plan.definition().steps.iter().enumerate() {
        tx.execute(
            sql!("insert into execution_steps (organisation_id, execution_id, step, position, status) values ($1, $2, $3, $4, 'pending')"),
            params![new.organisation, new.id, &step.id, position as i64],
        )
        .await?;
    }
    Ok(true)
}

/// The execution's own row. Columns about usage belong to `turn` and are left alone.
async fn head(tx: &mut Tx, change: &Change, now: Timestamp) -> Result<()> {
    let head = &change.head;
    let is_final = head.status.is_final();
    tx.execute(
        sql!("update executions set status = $3, is_final = $4, outputs = $5, error = $6, completed_steps = $7, failed_steps = $8, percent = $9, running = $10, last_seq = $11, started_at = coalesce(started_at, $12), finished_at = $13, recovered = recovered + $14 where organisation_id = $1 and id = $2 and is_final = false"),
        params![
            change.organisation, change.id, head.status.as_str(), is_final, head.outputs.clone(), head.error.clone(),
            head.completed_steps, head.failed_steps, head.percent, &head.running, head.last_seq,
            head.has_started.then_some(now), is_final.then_some(now), i64::from(change.is_recovery)
        ],
    )
    .await?;
    if head.status == Status::Failed || head.status == Status::Cancelled {
        close(tx, change, now).await?;
    }
    Ok(())
}

/// Steps and attempts that the end of the execution left open.
async fn close(tx: &mut Tx, change: &Change, now: Timestamp) -> Result<()> {
    tx.execute(
        sql!("update execution_steps set status = case status when 'pending' then 'skipped' else 'cancelled' end, finished_at = $3 where organisation_id = $1 and execution_id = $2 and status in ('pending', 'running')"),
        params![change.organisation, change.id, now],
    )
    .await?;
    tx.execute(
        sql!("update attempts set status = 'cancelled', finished_at = $3 where organisation_id = $1 and execution_id = $2 and status = 'running'"),
        params![change.organisation, change.id, now],
    )
    .await?;
    Ok(())
}

async fn project(
    tx: &mut Tx,
    change: &Change,
    event: &Event,
    now: Timestamp,
    random: &dyn Random,
) -> Result<()> {
    match event {
        Event::AttemptStarted { key, .. } => {
            attempt_started(tx, change, *key, now).await?;
            step(tx, change, key.step, "running", None, now).await
        }
        Event::StepExpanded { step: position, .. } => {
            step(tx, change, *position, "running", None, now).await
        }
        Event::AttemptCompleted { key, output } => {
            attempt_completed(tx, change, *key, output, now, random).await
        }
        Event::AttemptFailed { key, failure } => {
            let error = json!({ "code": failure.code, "message": failure.message });
            attempt_ended(tx, change, *key, "failed", Some(error), None, now).await
        }
        Event::StepCompleted { step: position } => {
            step(tx, change, *position, "completed", None, now).await
        }
        Event::StepSkipped { step: position } => {
            step(tx, change, *position, "skipped", None, now).await
        }
        Event::StepFailed { step: position, failure } => {
            let error = json!({ "code": failure.code, "message": failure.message });
            step(tx, change, *position, "failed", Some(error), now).await
        }
        Event::AttemptResumed { .. }
        | Event::RetryScheduled { .. }
        | Event::ExecutionCreated { .. }
        | Event::ExecutionStarted
        | Event::ExecutionPaused { .. }
        | Event::ExecutionResumed { .. }
        | Event::ExecutionCompleted { .. }
        | Event::ExecutionFailed { .. }
        | Event::ExecutionCancelled { .. } => Ok(()),
    }
}

async fn step(
    tx: &mut Tx,
    change: &Change,
    position: usize,
    status: &str,
    error: Option<Json>,
    now: Timestamp,
) -> Result<()> {
    let is_final = status != "running";
    tx.execute(
        sql!("update execution_steps set status = $4, error = $5, started_at = coalesce(started_at, $6), finished_at = $7 where organisation_id = $1 and execution_id = $2 and step = $3 and status in ('pending', 'running')"),
        params![
            change.organisation, change.id, &change.plan.step(position).id, status, error, now, is_final.then_some(now)
        ],
    )
    .await?;
    Ok(())
}

async fn attempt_started(
    tx: &mut Tx,
    change: &Change,
    key: AttemptKey,
    now: Timestamp,
) -> Result<()> {
    let label = change.labels.get(&key).map_or("", String::as_str);
    tx.execute(
        sql!("insert into attempts (organisation_id, execution_id, step, instance, number, label, status, started_at) values ($1, $2, $3, $4, $5, $6, 'running', $7)"),
        params![change.organisation, change.id, &change.plan.step(key.step).id, key.instance as i64, key.attempt, label, now],
    )
    .await?;
    Ok(())
}

async fn attempt_completed(
    tx: &mut Tx,
    change: &Change,
    key: AttemptKey,
    output: &Json,
    now: Timestamp,
    random: &dyn Random,
) -> Result<()> {
    let note = change.notes.get(&key).cloned().unwrap_or_default();
    let id = note.id.unwrap_or_else(|| ResultId::new(now, random));
    tx.execute(
        sql!("insert into results (organisation_id, id, execution_id, step, instance, agent, command, prompt_hash, summary, output, scripted, model_calls, input_tokens, output_tokens, cost_micros, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"),
        params![
            change.organisation, id, change.id, &change.plan.step(key.step).id, key.instance as i64, note.agent,
            note.command, note.prompt_hash, &note.summary, output, note.scripted, note.usage.model_calls,
            note.usage.input_tokens, note.usage.output_tokens, note.usage.cost_micros, now
        ],
    )
    .await?;
    attempt_ended(tx, change, key, "completed", None, Some(id), now).await
}

async fn attempt_ended(
    tx: &mut Tx,
    change: &Change,
    key: AttemptKey,
    status: &str,
    error: Option<Json>,
    result: Option<ResultId>,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update attempts set status = $6, error = $7, result_id = $8, finished_at = $9 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and number = $5 and status = 'running'"),
        params![
            change.organisation, change.id, &change.plan.step(key.step).id, key.instance as i64, key.attempt, status,
            error, result, now
        ],
    )
    .await?;
    Ok(())
}

/// Adds what calls used to their execution.
pub(super) async fn add_usage(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
    usage: Usage,
) -> Result<()> {
    tx.execute(
        sql!("update executions set model_calls = model_calls + $3, input_tokens = input_tokens + $4, output_tokens = output_tokens + $5, cost_micros = cost_micros + $6 where organisation_id = $1 and id = $2"),
        params![organisation, id, usage.model_calls, usage.input_tokens, usage.output_tokens, usage.cost_micros],
    )
    .await?;
    Ok(())
}

/// An execution that has not ended, as it stands in SQL.
pub(super) struct Unfinished {
    pub organisation: OrganisationId,
    pub id: ExecutionId,
    pub definition: String,
    pub model: Option<String>,
    pub scripted: bool,
    pub percent: i64,
    pub priority: String,
}

/// A page of unfinished executions in the order they came.
pub(super) async fn unfinished(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Unfinished>> {
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
pub(super) async fn journal(
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
