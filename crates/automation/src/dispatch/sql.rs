//! The results that a history is made of.

use base::OrganisationId;
use serde_json::Value as Json;
use store::{Result, Tx, params, sql};

/// One result of an agent.
pub(super) struct Row {
    pub agent: String,
    pub output: Json,
    pub cost_micros: i64,
    pub duration_ms: i64,
}

/// The newest results of agents; an output that is long says nothing of its quality.
pub(super) async fn latest(
    tx: &mut Tx,
    organisation: OrganisationId,
    limit: i64,
) -> Result<Vec<Row>> {
    let rows = tx
        .fetch_all(
            sql!("select r.agent, case when length(r.output) < 65536 then r.output else 'null' end as output, r.cost_micros, coalesce(a.finished_at - a.started_at, 0) as duration_ms from results r left join attempts a on a.organisation_id = r.organisation_id and a.execution_id = r.execution_id and a.step = r.step and a.instance = r.instance and a.number = r.attempt where r.organisation_id = $1 and r.agent is not null and r.kept_from is null order by r.id desc limit $2"),
            params![organisation, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Row {
                agent: row.get("agent")?,
                output: row.json("output")?,
                cost_micros: row.get("cost_micros")?,
                duration_ms: row.get("duration_ms")?,
            })
        })
        .collect()
}
