//! The rows of questions to people.

use base::{ApprovalId, Random, Timestamp};
use engine::definition::Action;
use engine::{ApprovalRequest, AttemptKey, Decision};
use serde_json::{Value as Json, json};
use store::{Result, Tx, params, sql};

use crate::runner::change::Change;

pub(super) async fn requested(
    tx: &mut Tx,
    change: &Change,
    key: AttemptKey,
    request: &ApprovalRequest,
    now: Timestamp,
    random: &dyn Random,
) -> Result<()> {
    tx.execute(
        sql!("insert into approvals (organisation_id, id, execution_id, step, instance, attempt, title, request, decisions, status, escalated, requested_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, '[]', 'pending', false, $9, $10)"),
        params![
            change.organisation, ApprovalId::new(now, random), change.id, &change.plan.step(key.step).id,
            key.instance as i64, key.attempt, &request.title, json!(request), now, request.expires_at
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn decided(
    tx: &mut Tx,
    change: &Change,
    key: AttemptKey,
    decision: &Decision,
) -> Result<()> {
    let step = &change.plan.step(key.step).id;
    let row = tx
        .fetch_optional(
            sql!("select decisions from approvals where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and attempt = $5"),
            params![change.organisation, change.id, step, key.instance as i64, key.attempt],
        )
        .await?;
    let mut decisions: Vec<Json> =
        row.map_or_else(|| Ok(Vec::new()), |row| row.json("decisions"))?;
    decisions.push(json!(decision));
    tx.execute(
        sql!("update approvals set decisions = $6 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and attempt = $5 and status = 'pending'"),
        params![change.organisation, change.id, step, key.instance as i64, key.attempt, json!(decisions)],
    )
    .await?;
    Ok(())
}

pub(super) async fn escalated(tx: &mut Tx, change: &Change, key: AttemptKey) -> Result<()> {
    tx.execute(
        sql!("update approvals set escalated = true where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and attempt = $5 and status = 'pending'"),
        params![change.organisation, change.id, &change.plan.step(key.step).id, key.instance as i64, key.attempt],
    )
    .await?;
    Ok(())
}

/// The attempt that asked has ended. Most attempts ask nobody, and cost nothing here.
pub(super) async fn ended(
    tx: &mut Tx,
    change: &Change,
    key: AttemptKey,
    status: &str,
    now: Timestamp,
) -> Result<()> {
    if !matches!(change.plan.step(key.step).action, Action::Approval(_) | Action::Gate(_)) {
        return Ok(());
    }
    tx.execute(
        sql!("update approvals set status = $6, decided_at = $7 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and attempt = $5 and status = 'pending'"),
        params![change.organisation, change.id, &change.plan.step(key.step).id, key.instance as i64, key.attempt, status, now],
    )
    .await?;
    Ok(())
}

/// Nobody has to decide any more about an execution that has ended.
pub(super) async fn cancelled(tx: &mut Tx, change: &Change, now: Timestamp) -> Result<()> {
    tx.execute(
        sql!("update approvals set status = 'cancelled', decided_at = $3 where organisation_id = $1 and execution_id = $2 and status = 'pending'"),
        params![change.organisation, change.id, now],
    )
    .await?;
    Ok(())
}

/// Nobody has to decide any more about a step that is done again.
pub(super) async fn cancelled_of(
    tx: &mut Tx,
    change: &Change,
    step: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update approvals set status = 'cancelled', decided_at = $4 where organisation_id = $1 and execution_id = $2 and step = $3 and status = 'pending'"),
        params![change.organisation, change.id, step, now],
    )
    .await?;
    Ok(())
}
