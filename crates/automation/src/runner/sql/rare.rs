//! What follows from facts that are rare: a row at a time, before or after the rows that
//! every commit writes.

use base::{Random, Timestamp};
use engine::{AttemptKey, Event};
use store::{Result, Tx, params, sql};

use super::{Change, approval};
use crate::runner::change::Fact;

/// What has to be there before the rows of a change are written.
pub(super) async fn before(tx: &mut Tx, change: &Change, now: Timestamp) -> Result<()> {
    for fact in &change.events {
        if let Event::WorkSentBack { gate, round, steps, .. } = &fact.event {
            sent_back(tx, change, *gate, *round, steps, now).await?;
        }
    }
    Ok(())
}

/// What changes the rows of a change once they are written.
pub(super) async fn after(
    tx: &mut Tx,
    change: &Change,
    now: Timestamp,
    random: &dyn Random,
) -> Result<()> {
    for (at, fact) in change.events.iter().enumerate() {
        match &fact.event {
            Event::WorkSentBack { gate, steps, .. } => {
                end_old_attempts(tx, change, *gate, steps, &change.events[at..], now).await?;
            }
            Event::AttemptResumed { key, deaths, .. } if *deaths > 0 => {
                deaths_of(tx, change, *key, *deaths).await?;
            }
            Event::AgentChosen { key, agent, .. } => {
                agent_chosen(tx, change, *key, agent).await?;
            }
            Event::WaitStarted { key, until, .. } => {
                parked(tx, change, *key, "waiting", Some(*until)).await?;
            }
            Event::ApprovalRequested { key, request } => {
                approval::requested(tx, change, *key, request, now, random).await?;
                parked(tx, change, *key, "waiting_approval", request.expires_at).await?;
            }
            Event::ApprovalDecided { key, decision } => {
                approval::decided(tx, change, *key, decision).await?;
            }
            Event::ApprovalEscalated { key } => approval::escalated(tx, change, *key).await?,
            Event::AttemptCompleted { key, .. } => {
                approval::ended(tx, change, *key, "approved", now).await?;
            }
            Event::AttemptFailed { key, failure } => {
                let status = match failure.code.as_str() {
                    "approval_expired" => "expired",
                    "quorum_out_of_reach" => "cancelled",
                    _ => "rejected",
                };
                approval::ended(tx, change, *key, status, now).await?;
            }
            Event::StepCompleted { step, checkpoint: Some(name) } => {
                checkpoint_made(tx, change, *step, name).await?;
            }
            Event::RollbackStarted { .. } => rollback_started(tx, change, now).await?,
            _ => {}
        }
    }
    if change.head.status.is_final() {
        approval::cancelled(tx, change, now).await?;
    }
    Ok(())
}

/// Whether a change has facts that are looked at here.
pub(super) fn is_rare(change: &Change) -> bool {
    let asks = change.plan.definition().steps.iter().any(|step| {
        matches!(
            step.action,
            engine::definition::Action::Approval(_) | engine::definition::Action::Gate(_)
        )
    });
    asks || change.events.iter().any(|fact| {
        matches!(
            fact.event,
            Event::AttemptResumed { .. }
                | Event::AgentChosen { .. }
                | Event::WaitStarted { .. }
                | Event::StepCompleted { checkpoint: Some(_), .. }
                | Event::RollbackStarted { .. }
        )
    })
}

async fn deaths_of(tx: &mut Tx, change: &Change, key: AttemptKey, deaths: u32) -> Result<()> {
    tx.execute(
        sql!("update attempts set deaths = $6 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and number = $5"),
        params![
            change.organisation, change.id, &change.plan.step(key.step).id, key.instance as i64, key.attempt,
            i64::from(deaths)
        ],
    )
    .await?;
    Ok(())
}

async fn agent_chosen(tx: &mut Tx, change: &Change, key: AttemptKey, agent: &str) -> Result<()> {
    tx.execute(
        sql!("update attempts set agent = $6 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and number = $5"),
        params![change.organisation, change.id, &change.plan.step(key.step).id, key.instance as i64, key.attempt, agent],
    )
    .await?;
    Ok(())
}

/// An attempt waits, and its step is seen to wait.
async fn parked(
    tx: &mut Tx,
    change: &Change,
    key: AttemptKey,
    status: &str,
    until: Option<Timestamp>,
) -> Result<()> {
    let step = &change.plan.step(key.step).id;
    tx.execute(
        sql!("update attempts set status = $6, wait_until = $7 where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and number = $5 and finished_at is null"),
        params![change.organisation, change.id, step, key.instance as i64, key.attempt, status, until],
    )
    .await?;
    tx.execute(
        sql!("update execution_steps set status = $4 where organisation_id = $1 and execution_id = $2 and step = $3 and finished_at is null"),
        params![change.organisation, change.id, step, status],
    )
    .await?;
    Ok(())
}

async fn checkpoint_made(tx: &mut Tx, change: &Change, position: usize, name: &str) -> Result<()> {
    tx.execute(
        sql!("update execution_steps set checkpoint = $4 where organisation_id = $1 and execution_id = $2 and step = $3"),
        params![change.organisation, change.id, &change.plan.step(position).id, name],
    )
    .await?;
    Ok(())
}

/// Steps that are done again stand as if they had not begun; their earlier attempts stay.
async fn sent_back(
    tx: &mut Tx,
    change: &Change,
    gate: usize,
    round: u32,
    steps: &[usize],
    now: Timestamp,
) -> Result<()> {
    for position in steps {
        let step = &change.plan.step(*position).id;
        let rounds = if *position == gate { i64::from(round) } else { 0 };
        tx.execute(
            sql!("update execution_steps set status = 'pending', error = null, started_at = null, finished_at = null, rounds = case when $4 > 0 then $4 else rounds end where organisation_id = $1 and execution_id = $2 and step = $3"),
            params![change.organisation, change.id, step, rounds],
        )
        .await?;
        approval::cancelled_of(tx, change, step, now).await?;
    }
    Ok(())
}

/// Attempts at steps that are done again, as far as they still ran, are over: the gate's own
/// has done its work. Those that ended in this change have their rows by now, and those that
/// began after it are not meant.
async fn end_old_attempts(
    tx: &mut Tx,
    change: &Change,
    gate: usize,
    steps: &[usize],
    later: &[Fact],
    now: Timestamp,
) -> Result<()> {
    for position in steps {
        let begun = later.iter().filter_map(|fact| match &fact.event {
            Event::AttemptStarted { key, .. } if key.step == *position => Some(key.attempt),
            _ => None,
        });
        let first = begun.min().map_or(i64::MAX, i64::from);
        let ended = if *position == gate { "completed" } else { "cancelled" };
        tx.execute(
            sql!("update attempts set status = $4, finished_at = $5 where organisation_id = $1 and execution_id = $2 and step = $3 and finished_at is null and number < $6"),
            params![change.organisation, change.id, &change.plan.step(*position).id, ended, now, first],
        )
        .await?;
    }
    Ok(())
}

/// Steps that were open never end well; what undoes the others is shown.
async fn rollback_started(tx: &mut Tx, change: &Change, now: Timestamp) -> Result<()> {
    let main = change.plan.len() as i64;
    tx.execute(
        sql!("update attempts set status = 'cancelled', finished_at = $3 where organisation_id = $1 and execution_id = $2 and finished_at is null and step in (select s.step from execution_steps s where s.organisation_id = $1 and s.execution_id = $2 and s.position < $4)"),
        params![change.organisation, change.id, now, main],
    )
    .await?;
    tx.execute(
        sql!("update execution_steps set status = case status when 'pending' then 'skipped' else 'cancelled' end, finished_at = $3 where organisation_id = $1 and execution_id = $2 and finished_at is null and position < $4"),
        params![change.organisation, change.id, now, main],
    )
    .await?;
    for position in change.plan.len()..change.plan.total() {
        tx.execute(
            sql!("insert into execution_steps (organisation_id, execution_id, step, position, status) values ($1, $2, $3, $4, 'pending') on conflict do nothing"),
            params![change.organisation, change.id, &change.plan.step(position).id, position as i64],
        )
        .await?;
    }
    approval::cancelled(tx, change, now).await
}
