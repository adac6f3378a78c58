//! Sums over the ledger. Calls that still run are left out: what stands there is the most
//! that they may come to.

use base::{Micros, OrganisationId, Timestamp};
use store::{Result, Row, Tx, params, sql};

use super::model::{GroupBy, UsageLine};

/// The sums of each group in a time, the dearest first; days by their number since 1970.
pub(super) async fn sums(
    tx: &mut Tx,
    organisation: OrganisationId,
    group_by: GroupBy,
    (from, to): (Timestamp, Timestamp),
    most: i64,
) -> Result<Vec<UsageLine>> {
    let text = match group_by {
        GroupBy::Platform => sql!(
            "select provider as name, cast(sum(calls) as bigint) as calls, cast(sum(case when outcome = 'ok' then 0 else calls end) as bigint) as failed, cast(sum(case when is_cached then calls else 0 end) as bigint) as cached, cast(sum(case when cost_known then 0 else calls end) as bigint) as unpriced, cast(sum(case when estimated then calls else 0 end) as bigint) as estimates, cast(sum(input_tokens) as bigint) as input, cast(sum(cached_input_tokens) as bigint) as cached_input, cast(sum(output_tokens) as bigint) as output, cast(sum(cost_micros) as bigint) as micros, cast(sum(duration_ms) as bigint) as duration from model_calls where organisation_id = $1 and started_at >= $2 and started_at < $3 and outcome <> 'running' group by provider order by micros desc, name limit $4"
        ),
        GroupBy::Model => sql!(
            "select model as name, cast(sum(calls) as bigint) as calls, cast(sum(case when outcome = 'ok' then 0 else calls end) as bigint) as failed, cast(sum(case when is_cached then calls else 0 end) as bigint) as cached, cast(sum(case when cost_known then 0 else calls end) as bigint) as unpriced, cast(sum(case when estimated then calls else 0 end) as bigint) as estimates, cast(sum(input_tokens) as bigint) as input, cast(sum(cached_input_tokens) as bigint) as cached_input, cast(sum(output_tokens) as bigint) as output, cast(sum(cost_micros) as bigint) as micros, cast(sum(duration_ms) as bigint) as duration from model_calls where organisation_id = $1 and started_at >= $2 and started_at < $3 and outcome <> 'running' group by model order by micros desc, name limit $4"
        ),
        GroupBy::User => sql!(
            "select coalesce(user_id, '') as name, cast(sum(calls) as bigint) as calls, cast(sum(case when outcome = 'ok' then 0 else calls end) as bigint) as failed, cast(sum(case when is_cached then calls else 0 end) as bigint) as cached, cast(sum(case when cost_known then 0 else calls end) as bigint) as unpriced, cast(sum(case when estimated then calls else 0 end) as bigint) as estimates, cast(sum(input_tokens) as bigint) as input, cast(sum(cached_input_tokens) as bigint) as cached_input, cast(sum(output_tokens) as bigint) as output, cast(sum(cost_micros) as bigint) as micros, cast(sum(duration_ms) as bigint) as duration from model_calls where organisation_id = $1 and started_at >= $2 and started_at < $3 and outcome <> 'running' group by coalesce(user_id, '') order by micros desc, name limit $4"
        ),
        GroupBy::Agent => sql!(
            "select coalesce(agent, '') as name, cast(sum(calls) as bigint) as calls, cast(sum(case when outcome = 'ok' then 0 else calls end) as bigint) as failed, cast(sum(case when is_cached then calls else 0 end) as bigint) as cached, cast(sum(case when cost_known then 0 else calls end) as bigint) as unpriced, cast(sum(case when estimated then calls else 0 end) as bigint) as estimates, cast(sum(input_tokens) as bigint) as input, cast(sum(cached_input_tokens) as bigint) as cached_input, cast(sum(output_tokens) as bigint) as output, cast(sum(cost_micros) as bigint) as micros, cast(sum(duration_ms) as bigint) as duration from model_calls where organisation_id = $1 and started_at >= $2 and started_at < $3 and outcome <> 'running' group by coalesce(agent, '') order by micros desc, name limit $4"
        ),
        GroupBy::Project => sql!(
            "select coalesce(project_id, '') as name, cast(sum(calls) as bigint) as calls, cast(sum(case when outcome = 'ok' then 0 else calls end) as bigint) as failed, cast(sum(case when is_cached then calls else 0 end) as bigint) as cached, cast(sum(case when cost_known then 0 else calls end) as bigint) as unpriced, cast(sum(case when estimated then calls else 0 end) as bigint) as estimates, cast(sum(input_tokens) as bigint) as input, cast(sum(cached_input_tokens) as bigint) as cached_input, cast(sum(output_tokens) as bigint) as output, cast(sum(cost_micros) as bigint) as micros, cast(sum(duration_ms) as bigint) as duration from model_calls where organisation_id = $1 and started_at >= $2 and started_at < $3 and outcome <> 'running' group by coalesce(project_id, '') order by micros desc, name limit $4"
        ),
        GroupBy::Day => sql!(
            "select started_at / 86400000 as day, cast(sum(calls) as bigint) as calls, cast(sum(case when outcome = 'ok' then 0 else calls end) as bigint) as failed, cast(sum(case when is_cached then calls else 0 end) as bigint) as cached, cast(sum(case when cost_known then 0 else calls end) as bigint) as unpriced, cast(sum(case when estimated then calls else 0 end) as bigint) as estimates, cast(sum(input_tokens) as bigint) as input, cast(sum(cached_input_tokens) as bigint) as cached_input, cast(sum(output_tokens) as bigint) as output, cast(sum(cost_micros) as bigint) as micros, cast(sum(duration_ms) as bigint) as duration from model_calls where organisation_id = $1 and started_at >= $2 and started_at < $3 and outcome <> 'running' group by started_at / 86400000 order by day limit $4"
        ),
    };
    let rows = tx.fetch_all(text, params![organisation, from, to, most]).await?;
    rows.iter()
        .map(|row| {
            let key = match group_by {
                GroupBy::Day => row.get::<i64>("day")?.to_string(),
                GroupBy::Platform
                | GroupBy::Model
                | GroupBy::User
                | GroupBy::Agent
                | GroupBy::Project => row.get("name")?,
            };
            line(row, key)
        })
        .collect()
}

fn line(row: &Row, key: String) -> Result<UsageLine> {
    let calls: i64 = row.get("calls")?;
    let duration: i64 = row.get("duration")?;
    Ok(UsageLine {
        key,
        calls,
        failed_calls: row.get("failed")?,
        cached_calls: row.get("cached")?,
        unpriced_calls: row.get("unpriced")?,
        estimated_calls: row.get("estimates")?,
        input_tokens: row.get("input")?,
        cached_input_tokens: row.get("cached_input")?,
        output_tokens: row.get("output")?,
        cost_micros: row.get::<Micros>("micros")?,
        mean_duration_ms: duration.checked_div(calls).unwrap_or(0),
    })
}
