//! Reading results.

use base::{Micros, OrganisationId, ResultId, Usage};
use store::{Result, Tx, params, sql};

use super::api::ResultView;

pub(super) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ResultId,
) -> Result<Option<ResultView>> {
    let row = tx
        .fetch_optional(
            sql!("select * from results where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ResultView {
        id: row.get("id")?,
        execution_id: row.get("execution_id")?,
        step: row.get("step")?,
        instance: row.get("instance")?,
        agent: row.get("agent")?,
        command: row.get("command")?,
        prompt_hash: row.get("prompt_hash")?,
        summary: row.get("summary")?,
        output: row.json("output")?,
        scripted: row.get("scripted")?,
        usage: Usage {
            model_calls: row.get("model_calls")?,
            input_tokens: row.get("input_tokens")?,
            output_tokens: row.get("output_tokens")?,
            cost_micros: row.get::<Micros>("cost_micros")?,
        },
        created_at: row.get("created_at")?,
    }))
}
