//! The SQL of event triggers.

use base::{EventTriggerId, ExecutionId, OrganisationId, Timestamp, UserId};
use serde_json::Value as Json;
use store::outbox::Message;
use store::{Result, Row as DbRow, Tx, params, sql};

/// An event trigger as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub organisation: OrganisationId,
    pub id: EventTriggerId,
    pub workflow: String,
    pub event: String,
    pub condition: Option<String>,
    pub inputs: Option<Json>,
    pub is_declared: bool,
    /// The number of the last event that was looked at.
    pub position: i64,
    pub last_at: Option<Timestamp>,
    pub last_execution: Option<ExecutionId>,
    pub last_error: Option<String>,
    /// The state of the last execution.
    pub last_status: Option<String>,
    pub created_by: String,
    pub created_by_id: Option<UserId>,
    pub created_at: Timestamp,
}

fn row(row: &DbRow) -> Result<Row> {
    Ok(Row {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        workflow: row.get("workflow_slug")?,
        event: row.get("event")?,
        condition: row.get("condition")?,
        inputs: row.json_option("inputs")?,
        is_declared: row.get("declared")?,
        position: row.get("position")?,
        last_at: row.get("last_at")?,
        last_execution: row.get("last_execution_id")?,
        last_error: row.get("last_error")?,
        last_status: row.get("last_status")?,
        created_by: row.get("created_by")?,
        created_by_id: row.get("created_by_id")?,
        created_at: row.get("created_at")?,
    })
}

/// The newest first; one more than `limit`.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    workflow: Option<String>,
    before: Option<EventTriggerId>,
    limit: i64,
) -> Result<Vec<Row>> {
    let rows = tx
        .fetch_all(
            sql!("select t.*, e.status as last_status from event_triggers t left join executions e on e.organisation_id = t.organisation_id and e.id = t.last_execution_id where t.organisation_id = $1 and (cast($2 as text) is null or t.workflow_slug = $2) and (cast($3 as text) is null or t.id < $3) order by t.id desc limit $4"),
            params![organisation, workflow, before, limit + 1],
        )
        .await?;
    rows.iter().map(row).collect()
}

pub(super) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: EventTriggerId,
) -> Result<Option<Row>> {
    let found = tx
        .fetch_optional(
            sql!("select t.*, e.status as last_status from event_triggers t left join executions e on e.organisation_id = t.organisation_id and e.id = t.last_execution_id where t.organisation_id = $1 and t.id = $2"),
            params![organisation, id],
        )
        .await?;
    found.as_ref().map(row).transpose()
}

/// Those that a workflow's definition declares.
pub(super) async fn declared(
    tx: &mut Tx,
    organisation: OrganisationId,
    workflow: &str,
) -> Result<Vec<Row>> {
    let rows = tx
        .fetch_all(
            sql!("select t.*, cast(null as text) as last_status from event_triggers t where t.organisation_id = $1 and t.workflow_slug = $2 and t.declared = true order by t.id"),
            params![organisation, workflow],
        )
        .await?;
    rows.iter().map(row).collect()
}

pub(super) async fn insert(tx: &mut Tx, new: &Row) -> Result<()> {
    tx.execute(
        sql!("insert into event_triggers (organisation_id, id, workflow_slug, event, condition, inputs, declared, position, created_by, created_at, updated_at, created_by_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)"),
        params![
            new.organisation, new.id, &new.workflow, &new.event, new.condition.clone(), new.inputs.clone(),
            new.is_declared, new.position, &new.created_by, new.created_at, new.created_by_id
        ],
    )
    .await?;
    Ok(())
}

/// `false` when there is none.
pub(super) async fn delete(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: EventTriggerId,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("delete from event_triggers where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    Ok(changed == 1)
}

/// The triggers of all organisations that have not looked at the newest event, a page at
/// a time. The engine works for all of them.
/// Each has its id, also where what is stored of it cannot be read.
pub(super) async fn behind(
    tx: &mut Tx,
    newest: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, Result<Row>)>> {
    let rows = tx
        .fetch_all(
            sql!("select t.*, cast(null as text) as last_status from event_triggers t where t.position < $1 and t.id > $2 order by t.id limit $3"),
            params![newest, after, limit],
        )
        .await?;
    rows.iter().map(|found| Ok((found.get("id")?, row(found)))).collect()
}

/// The events of a kind after a number, oldest first.
pub(super) async fn events(
    tx: &mut Tx,
    organisation: OrganisationId,
    kind: &str,
    number: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows = tx
        .fetch_all(
            sql!("select number, topic, kind, body, created_at from outbox where organisation_id = $1 and kind = $2 and number > $3 order by number limit $4"),
            params![organisation, kind, number, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Message {
                number: row.get("number")?,
                topic: row.get("topic")?,
                kind: row.get("kind")?,
                body: row.json("body")?,
                at: row.get("created_at")?,
            })
        })
        .collect()
}

/// The kinds of the events after a number up to another one.
pub(super) async fn kinds(
    tx: &mut Tx,
    organisation: OrganisationId,
    (first, last): (i64, i64),
) -> Result<Vec<String>> {
    let rows = tx
        .fetch_all(
            sql!("select kind from outbox where organisation_id = $1 and number > $2 and number <= $3"),
            params![organisation, first, last],
        )
        .await?;
    rows.iter().map(|row| row.get("kind")).collect()
}

/// How many executions stand above one.
pub(super) async fn depth(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ExecutionId,
) -> Result<Option<i64>> {
    let row = tx
        .fetch_optional(
            sql!("select depth from executions where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.map(|row| row.get("depth")).transpose()
}

/// An event has been looked at, and this came of it.
pub(super) struct Looked {
    pub organisation: OrganisationId,
    pub id: EventTriggerId,
    pub number: i64,
    pub at: Timestamp,
    pub execution: Option<ExecutionId>,
    pub error: Option<String>,
}

/// Moves a trigger past an event that it did something about, or could not.
pub(super) async fn looked(tx: &mut Tx, looked: &Looked) -> Result<()> {
    tx.execute(
        sql!("update event_triggers set position = $3, last_at = $4, last_execution_id = $5, last_error = $6 where organisation_id = $1 and id = $2 and position < $3"),
        params![looked.organisation, looked.id, looked.number, looked.at, looked.execution, looked.error.clone()],
    )
    .await?;
    Ok(())
}

/// Moves a trigger past events that were none of its business.
pub(super) async fn passed(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: EventTriggerId,
    number: i64,
) -> Result<()> {
    tx.execute(
        sql!("update event_triggers set position = $3 where organisation_id = $1 and id = $2 and position < $3"),
        params![organisation, id, number],
    )
    .await?;
    Ok(())
}
