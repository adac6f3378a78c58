//! The table of model calls.

use base::{CallId, ExecutionId, Micros, OrganisationId, Timestamp, Usage};
use store::{Result, Row, Tx, params, sql};

use super::intent::Intent;
use super::outcome::Ended;
use crate::call::Worst;

/// Writes the row of a call that begins; `false` when it stands there already.
pub(super) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    intent: &Intent,
    worst: &Worst,
    now: Timestamp,
) -> Result<bool> {
    let (provider, most) = (worst.provider(), worst.cost());
    let model = intent.model.as_deref().unwrap_or_default();
    let most_output = i64::try_from(worst.output).unwrap_or(i64::MAX);
    let inserted = tx
        .execute(
            sql!("insert into model_calls (organisation_id, id, execution_id, step, instance, attempt, nth, is_repair, model, provider, scripted, outcome, input_tokens, output_tokens, cost_micros, estimated, duration_ms, started_at, user_id, project_id, agent, cost_known, key_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'running', $12, $13, $14, $15, 0, $16, $17, $18, $19, $20, $21) on conflict (organisation_id, id) do nothing"),
            params![
                organisation, intent.id, intent.execution_id, &intent.step, intent.instance,
                intent.attempt, intent.nth, intent.is_repair, model, provider,
                provider == crate::platform::SCRIPTED, intent.input_tokens(), most_output,
                most.unwrap_or(Micros::ZERO), true, now, intent.user, intent.project.as_deref(),
                intent.agent.as_deref(), most.is_some(), intent.key
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// What the calls of an execution, or of one step of it, came to and may still come to.
pub(super) async fn cost_so_far(
    tx: &mut Tx,
    organisation: OrganisationId,
    execution: ExecutionId,
    step: Option<&str>,
) -> Result<Micros> {
    let row = tx
        .fetch_one(
            sql!("select cast(coalesce(sum(cost_micros), 0) as bigint) as cost from model_calls where organisation_id = $1 and execution_id = $2 and ($3 = '' or step = $3)"),
            params![organisation, execution, step.unwrap_or_default()],
        )
        .await?;
    row.get("cost")
}

/// Whose running calls are meant.
pub(super) enum Running<'a> {
    /// The other ones of the instance that this call belongs to, but the one that it runs beside.
    InstanceOf(&'a Intent),
    /// All of the execution.
    Execution(ExecutionId),
}

/// A call that was left running, and what it may have come to.
pub(super) struct Left {
    id: CallId,
    started_at: Timestamp,
    usage: Usage,
}

impl Left {
    /// Which call.
    pub(super) const fn id(&self) -> CallId {
        self.id
    }
}

/// The running calls.
pub(super) async fn running(
    tx: &mut Tx,
    organisation: OrganisationId,
    which: Running<'_>,
) -> Result<Vec<Left>> {
    let rows = match which {
        Running::InstanceOf(intent) => {
            tx.fetch_all(
                sql!("select id, started_at, input_tokens, output_tokens, cost_micros from model_calls where organisation_id = $1 and execution_id = $2 and step = $3 and instance = $4 and outcome = 'running' and id <> $5 and id <> $6"),
                params![
                    organisation, intent.execution_id, &intent.step, intent.instance, intent.id,
                    intent.beside.unwrap_or(intent.id)
                ],
            )
            .await?
        }
        Running::Execution(execution) => {
            tx.fetch_all(
                sql!("select id, started_at, input_tokens, output_tokens, cost_micros from model_calls where organisation_id = $1 and execution_id = $2 and outcome = 'running'"),
                params![organisation, execution],
            )
            .await?
        }
    };
    rows.iter()
        .map(|row| {
            Ok(Left { id: row.get("id")?, started_at: row.get("started_at")?, usage: usage(row)? })
        })
        .collect()
}

/// Closes a call that nobody will complete, with the most that it may have come to, or with
/// nothing when it was never sent; gives what to add to the execution's usage.
pub(super) async fn interrupt(
    tx: &mut Tx,
    organisation: OrganisationId,
    left: &Left,
    is_unsent: bool,
    now: Timestamp,
) -> Result<Usage> {
    let (usage, why) = if is_unsent {
        let usage = Usage { model_calls: 1, ..Usage::default() };
        (usage, "it was given up before anything of it was sent")
    } else {
        (left.usage, "nobody heard the end of it: the line was cut, or the process ended")
    };
    let lasted = i64::try_from(now.since(left.started_at).as_millis()).unwrap_or(i64::MAX);
    let changed = tx
        .execute(
            sql!("update model_calls set outcome = 'interrupted', error = $3, estimated = $4, duration_ms = $5, finished_at = $6, input_tokens = $7, output_tokens = $8, cost_micros = $9 where organisation_id = $1 and id = $2 and outcome = 'running'"),
            params![
                organisation, left.id, why, !is_unsent, lasted, now, usage.input_tokens,
                usage.output_tokens, usage.cost_micros
            ],
        )
        .await?;
    Ok(if changed == 1 { usage } else { Usage::default() })
}

/// Completes the row of a call; `false` when it was not running.
pub(super) async fn complete(
    tx: &mut Tx,
    organisation: OrganisationId,
    ended: &Ended,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update model_calls set outcome = $3, error = $4, model = $5, provider = $6, scripted = $7, input_tokens = $8, output_tokens = $9, cost_micros = $10, estimated = $11, duration_ms = $12, finished_at = $13, cached_input_tokens = $14, cost_known = $15 where organisation_id = $1 and id = $2 and outcome = 'running'"),
            params![
                organisation, ended.id, ended.outcome.outcome().as_str(), ended.error.as_deref(),
                &ended.model, &ended.provider, ended.scripted, ended.input_tokens,
                ended.output_tokens, ended.cost_micros, ended.estimated, ended.duration_ms, ended.at,
                ended.cached_input_tokens, ended.cost_known
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Closes the row of a call that failed with nobody knowing what it cost: tokens and cost
/// stay the most that they may be. Gives them, or `None` when it was not running.
pub(super) async fn give_up(
    tx: &mut Tx,
    organisation: OrganisationId,
    ended: &Ended,
) -> Result<Option<Usage>> {
    let row = tx
        .fetch_optional(
            sql!("update model_calls set outcome = $3, error = $4, estimated = $5, duration_ms = $6, finished_at = $7 where organisation_id = $1 and id = $2 and outcome = 'running' returning input_tokens, output_tokens, cost_micros"),
            params![
                organisation, ended.id, ended.outcome.outcome().as_str(), ended.error.as_deref(),
                true, ended.duration_ms, ended.at
            ],
        )
        .await?;
    row.as_ref().map(usage).transpose()
}

fn usage(row: &Row) -> Result<Usage> {
    Ok(Usage {
        model_calls: 1,
        input_tokens: row.get("input_tokens")?,
        output_tokens: row.get("output_tokens")?,
        cost_micros: row.get("cost_micros")?,
    })
}

/// Whether there is a row for this call.
pub(super) async fn exists(tx: &mut Tx, organisation: OrganisationId, id: CallId) -> Result<bool> {
    let row = tx
        .fetch_optional(
            sql!("select id from model_calls where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    Ok(row.is_some())
}
