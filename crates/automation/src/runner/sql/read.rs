//! Reading what was not finished, after a start.

use base::{ExecutionId, OrganisationId, Timestamp};
use engine::Event;
use store::{Result, Row, Tx, params, sql};

use crate::runner::handle::{Charge, Group, Starter};

/// An execution that has not ended, as it stands in SQL.
pub(in crate::runner) struct Unfinished {
    pub organisation: OrganisationId,
    pub id: ExecutionId,
    pub definition: String,
    pub workflow: String,
    pub title: String,
    pub project: Option<String>,
    pub charge: Charge,
    pub model: Option<String>,
    pub answered_model: Option<String>,
    pub scripted: bool,
    pub percent: i64,
    /// How many of its steps have completed, and how many have failed.
    pub ended_steps: (i64, i64),
    pub priority: String,
    pub starter: Starter,
    pub group: Option<Group>,
    /// The execution, step, instance and attempt that wait for it.
    pub parent: Option<ParentRow>,
    pub depth: i64,
    pub created_at: Timestamp,
}

/// The attempt of another execution that waits for one.
pub(in crate::runner) struct ParentRow {
    pub execution: ExecutionId,
    pub step: String,
    pub instance: usize,
    pub attempt: u32,
}

/// A page of unfinished executions in the order they came.
pub(in crate::runner) async fn unfinished(
    tx: &mut Tx,
    after: &str,
    limit: i64,
) -> Result<Vec<Unfinished>> {
    let rows = tx
        .fetch_all(
            sql!("select organisation_id, id, definition, workflow_slug, title, project_key, model, answered_model, scripted, percent, completed_steps, failed_steps, priority, started_by_kind, started_by_id, started_by_name, started_by_key_id, started_for_id, charged_to, concurrency_group, concurrency_limit, parent_execution_id, parent_step, parent_instance, parent_attempt, depth, created_at from executions where is_final = false and id > $1 order by id limit $2"),
            params![after, limit],
        )
        .await?;
    rows.iter().map(unfinished_row).collect()
}

/// What an execution is about, as its row says.
pub(crate) fn charge(row: &Row) -> Result<Charge> {
    let kept = row.json_option("charged_to")?;
    Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default())
}

fn unfinished_row(row: &Row) -> Result<Unfinished> {
    let parent: Option<ExecutionId> = row.get("parent_execution_id")?;
    let group: Option<String> = row.get("concurrency_group")?;
    let limit: Option<i64> = row.get("concurrency_limit")?;
    let kind: String = row.get("started_by_kind")?;
    Ok(Unfinished {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        definition: row.get("definition")?,
        workflow: row.get("workflow_slug")?,
        title: row.get("title")?,
        project: row.get("project_key")?,
        charge: charge(row)?,
        model: row.get("model")?,
        answered_model: row.get("answered_model")?,
        scripted: row.get("scripted")?,
        percent: row.get("percent")?,
        ended_steps: (row.get("completed_steps")?, row.get("failed_steps")?),
        priority: row.get("priority")?,
        starter: Starter {
            kind: Starter::kind(&kind),
            id: row.get("started_by_id")?,
            name: row.get("started_by_name")?,
            key: row.get("started_by_key_id")?,
            behind: row.get("started_for_id")?,
        },
        group: group.map(|name| Group {
            name,
            limit: limit.unwrap_or(1).max(1) as usize,
            cancels: false,
        }),
        parent: match parent {
            Some(execution) => Some(ParentRow {
                execution,
                step: row.get("parent_step")?,
                instance: row.get::<i64>("parent_instance")? as usize,
                attempt: row.get::<i64>("parent_attempt")? as u32,
            }),
            None => None,
        },
        depth: row.get("depth")?,
        created_at: row.get("created_at")?,
    })
}

/// The facts of an execution, in order.
pub(crate) async fn journal(
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
