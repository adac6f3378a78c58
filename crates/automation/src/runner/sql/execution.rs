//! The executions' own rows. Columns about usage belong to the turns of agents and are
//! left alone here.

use std::collections::HashSet;

use base::{ExecutionId, OrganisationId, Timestamp, Usage};
use serde_json::json;
use store::{Result, Rows, Sql, Tx, params, sql};

use super::{Change, Key, continued};
use crate::runner::handle::NewExecution;

/// Makes the rows of new executions, as they stand after the commit. Returns those that
/// exist already, and those that continue one that may not be continued.
pub(super) async fn create(
    tx: &mut Tx,
    changes: &[Change],
    now: Timestamp,
) -> Result<HashSet<ExecutionId>> {
    let mut rows = Rows::default();
    let mut refused = HashSet::new();
    for change in changes {
        let Some(new) = &change.created else { continue };
        refused.insert(new.id);
        if let Some(link) = new.link.as_deref()
            && continued::barred(tx, new.organisation, link.execution, link.mode).await?.is_some()
        {
            continue;
        }
        push_new(&mut rows, new, change, now);
    }
    let made = tx.fetch_rows(NEW, rows).await?;
    for row in made {
        refused.remove(&row.get("id")?);
    }
    Ok(refused)
}

/// Adds the row of a new execution.
pub(super) fn push_new(rows: &mut Rows, new: &NewExecution, change: &Change, now: Timestamp) {
    let head = &change.head;
    let is_final = head.status.is_final();
    let (link, parent) = (new.link.as_deref(), new.parent.as_ref());
    rows.push(params![
        new.organisation,
        new.id,
        &new.workflow_slug,
        &new.workflow_name,
        new.workflow_revision,
        &new.definition,
        new.project.clone(),
        &new.title,
        head.status.as_str(),
        is_final,
        &new.inputs,
        head.outputs.clone(),
        head.error.clone(),
        new.plan.len() as i64,
        head.completed_steps,
        head.failed_steps,
        head.percent,
        &head.running,
        &new.priority,
        new.model.clone(),
        new.starter.kind,
        &new.starter.id,
        &new.starter.name,
        head.last_seq,
        now,
        head.has_started.then_some(now),
        is_final.then_some(now),
        new.trigger,
        link.map(|link| link.execution),
        link.map(|link| link.mode.as_str()),
        parent.map(|parent| parent.execution),
        parent.map(|parent| parent.step.clone()),
        parent.map(|parent| parent.key.instance as i64),
        parent.map(|parent| i64::from(parent.key.attempt)),
        new.depth,
        new.group.as_ref().map(|group| group.name.clone()),
        new.group.as_ref().map(|group| group.limit as i64),
        new.starter.key,
        new.starter.behind,
        new.charge.some().map(|charge| json!(charge))
    ]);
}

/// Leaves out what is there already; the facts that come with it are refused then.
pub(super) const NEW: Sql = sql!(
    "insert into executions (organisation_id, id, workflow_slug, workflow_name, workflow_revision, definition, project_key, title, status, is_final, inputs, outputs, error, total_steps, completed_steps, failed_steps, percent, running, priority, model, scripted, recovered, model_calls, input_tokens, output_tokens, cost_micros, started_by_kind, started_by_id, started_by_name, last_seq, created_at, started_at, finished_at, trigger_kind, origin_execution_id, origin_mode, parent_execution_id, parent_step, parent_instance, parent_attempt, depth, concurrency_group, concurrency_limit, started_by_key_id, started_for_id, charged_to) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, false, 0, 0, 0, 0, 0, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40) on conflict do nothing returning id"
);

/// Adds the row of an execution that was made earlier.
pub(super) fn push(rows: &mut Rows, key: &Key, change: &Change, now: Timestamp) {
    let head = &change.head;
    let is_final = head.status.is_final();
    rows.push(params![
        &key.organisation,
        &key.execution,
        head.status.as_str(),
        is_final,
        head.outputs.clone(),
        head.error.clone(),
        head.completed_steps,
        head.failed_steps,
        head.percent,
        &head.running,
        head.last_seq,
        head.has_started.then_some(now),
        is_final.then_some(now),
        i64::from(change.is_recovery)
    ]);
}

/// That it has not ended is written as the index of open executions has it. By the key alone,
/// PostgreSQL takes the index of the list on a new database, which it knows nothing of yet, and
/// looks through all executions there are.
pub(super) const WRITE: Sql = sql!(
    "update executions set status = head.column3, is_final = head.column4, outputs = head.column5, error = head.column6, completed_steps = head.column7, failed_steps = head.column8, percent = head.column9, running = head.column10, last_seq = head.column11, started_at = coalesce(started_at, head.column12), finished_at = head.column13, recovered = recovered + head.column14 from (values ($1, $2, $3, cast($4 as boolean), $5, $6, cast($7 as bigint), cast($8 as bigint), cast($9 as bigint), $10, cast($11 as bigint), cast($12 as bigint), cast($13 as bigint), cast($14 as bigint))) as head where organisation_id = head.column1 and id = head.column2 and is_final = false"
);

/// Adds what calls used to their execution.
pub(in crate::runner) async fn add_usage(
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
