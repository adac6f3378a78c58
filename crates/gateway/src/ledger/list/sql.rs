//! The table of model calls, read line by line.

use std::time::Duration;

use base::{CallId, ExecutionId, Micros, OrganisationId, Timestamp, UserId, VirtualKeyId};
use store::{Result, Row, Tx, params, sql};

use crate::ledger::{Call, CallOutcome};

/// Which calls; what is absent does not matter.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub execution: Option<ExecutionId>,
    pub agent: Option<String>,
    pub model: Option<String>,
    pub platform: Option<String>,
    pub project: Option<String>,
    pub user: Option<UserId>,
    pub key: Option<VirtualKeyId>,
    pub outcome: Option<CallOutcome>,
    /// Those that began then or later.
    pub since: Option<Timestamp>,
    /// Those that began before.
    pub until: Option<Timestamp>,
    /// Those after this one in the list: the ones that began before it.
    pub before: Option<(Timestamp, CallId)>,
}

/// Calls, the one that began last first; one more than `limit`, to know whether more follow.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: Filter,
    limit: i64,
) -> Result<Vec<Call>> {
    let (at, id) = filter.before.map_or((None, None), |(at, id)| (Some(at), Some(id)));
    let outcome = filter.outcome.map(CallOutcome::as_str);
    // What comes after the page began no later, which is a bound that an index serves.
    let page = at.map(|at| at.plus(Duration::from_millis(1)));
    let until = page.into_iter().chain([until(filter.until)]).min();
    let rows = match filter.execution {
        // a text of its own, so that the index of the execution's calls serves it
        Some(execution) => {
            tx.fetch_all(
                sql!("select c.*, k.name as key_name from model_calls c left join virtual_keys k on k.organisation_id = c.organisation_id and k.id = c.key_id where c.organisation_id = $1 and c.execution_id = $13 and (cast($2 as bigint) is null or c.started_at < $2 or (c.started_at = $2 and c.id < $3)) and (cast($5 as text) is null or c.agent = $5) and (cast($6 as text) is null or c.model = $6) and (cast($7 as text) is null or c.provider = $7) and (cast($8 as text) is null or c.project_id = $8) and (cast($9 as text) is null or c.user_id = $9) and (cast($10 as text) is null or c.key_id = $10) and (cast($11 as text) is null or c.outcome = $11) and c.started_at >= $12 and c.started_at < $14 order by c.started_at desc, c.id desc limit $4"),
                params![
                    organisation, at, id, limit + 1, filter.agent, filter.model, filter.platform,
                    filter.project, filter.user, filter.key, outcome, since(filter.since), execution,
                    until
                ],
            )
            .await?
        }
        None => {
            tx.fetch_all(
                sql!("select c.*, k.name as key_name from model_calls c left join virtual_keys k on k.organisation_id = c.organisation_id and k.id = c.key_id where c.organisation_id = $1 and (cast($2 as bigint) is null or c.started_at < $2 or (c.started_at = $2 and c.id < $3)) and (cast($5 as text) is null or c.agent = $5) and (cast($6 as text) is null or c.model = $6) and (cast($7 as text) is null or c.provider = $7) and (cast($8 as text) is null or c.project_id = $8) and (cast($9 as text) is null or c.user_id = $9) and (cast($10 as text) is null or c.key_id = $10) and (cast($11 as text) is null or c.outcome = $11) and c.started_at >= $12 and c.started_at < $13 order by c.started_at desc, c.id desc limit $4"),
                params![
                    organisation, at, id, limit + 1, filter.agent, filter.model, filter.platform,
                    filter.project, filter.user, filter.key, outcome, since(filter.since),
                    until
                ],
            )
            .await?
        }
    };
    rows.iter().map(call).collect()
}

/// The beginning of all time when nothing is said: a plain range is one that an index serves.
fn since(at: Option<Timestamp>) -> Timestamp {
    at.unwrap_or(Timestamp::from_millis(i64::MIN))
}

/// The end of all time when nothing is said.
fn until(at: Option<Timestamp>) -> Timestamp {
    at.unwrap_or(Timestamp::from_millis(i64::MAX))
}

fn call(row: &Row) -> Result<Call> {
    Ok(Call {
        id: row.get("id")?,
        execution_id: row.get("execution_id")?,
        step: row.get("step")?,
        instance: row.get("instance")?,
        attempt: row.get("attempt")?,
        model: row.get("model")?,
        provider: row.get("provider")?,
        scripted: row.get("scripted")?,
        repair: row.get("is_repair")?,
        input_tokens: row.get("input_tokens")?,
        output_tokens: row.get("output_tokens")?,
        cost_micros: row.get::<Micros>("cost_micros")?,
        estimated: row.get("estimated")?,
        duration_ms: row.get("duration_ms")?,
        started_at: row.get("started_at")?,
        outcome: row.parse::<CallOutcome>("outcome")?,
        error: row.get("error")?,
        door: row.get("door")?,
        key_id: row.get("key_id")?,
        key_name: row.get("key_name")?,
        user_id: row.get("user_id")?,
        project: row.get("project_id")?,
        agent: row.get("agent")?,
        calls: row.get("calls")?,
        cached_input_tokens: row.get("cached_input_tokens")?,
        cost_known: row.get("cost_known")?,
        is_cached: row.get("is_cached")?,
    })
}
