//! The SQL of schedules.

use base::{ExecutionId, OrganisationId, ScheduleId, Timestamp, UserId};
use serde_json::Value as Json;
use store::{Result, Row as DbRow, Tx, params, sql};

use super::missed::Missed;

/// A schedule as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub organisation: OrganisationId,
    pub id: ScheduleId,
    pub workflow: String,
    pub name: Option<String>,
    pub cron: String,
    pub timezone: String,
    pub inputs: Json,
    pub priority: Option<String>,
    pub project: Option<String>,
    pub missed: Missed,
    pub enabled: bool,
    pub is_declared: bool,
    /// The first time that has not been looked at.
    pub next_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    pub last_execution: Option<ExecutionId>,
    pub last_error: Option<String>,
    /// The state of the last execution.
    pub last_status: Option<String>,
    /// Who made it or changed last what it starts or when: who asks for what it starts.
    pub created_by: String,
    pub created_by_id: Option<UserId>,
    pub created_at: Timestamp,
}

fn row(row: &DbRow) -> Result<Row> {
    Ok(Row {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        workflow: row.get("workflow_slug")?,
        name: row.get("name")?,
        cron: row.get("cron")?,
        timezone: row.get("timezone")?,
        inputs: row.json("inputs")?,
        priority: row.get("priority")?,
        project: row.get("project_key")?,
        missed: Missed::of(&row.get::<String>("missed")?),
        enabled: row.get("enabled")?,
        is_declared: row.get("declared")?,
        next_at: row.get("next_at")?,
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
    before: Option<ScheduleId>,
    limit: i64,
) -> Result<Vec<Row>> {
    let rows = tx
        .fetch_all(
            sql!("select s.*, e.status as last_status from schedules s left join executions e on e.organisation_id = s.organisation_id and e.id = s.last_execution_id where s.organisation_id = $1 and (cast($2 as text) is null or s.workflow_slug = $2) and (cast($3 as text) is null or s.id < $3) order by s.id desc limit $4"),
            params![organisation, workflow, before, limit + 1],
        )
        .await?;
    rows.iter().map(row).collect()
}

pub(super) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ScheduleId,
) -> Result<Option<Row>> {
    let found = tx
        .fetch_optional(
            sql!("select s.*, e.status as last_status from schedules s left join executions e on e.organisation_id = s.organisation_id and e.id = s.last_execution_id where s.organisation_id = $1 and s.id = $2"),
            params![organisation, id],
        )
        .await?;
    found.as_ref().map(row).transpose()
}

/// The id of who started an execution, of a schedule or of a user; none when there is no such
/// execution.
pub(super) async fn starter_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    execution: ExecutionId,
) -> Result<Option<String>> {
    let row = tx
        .fetch_optional(
            sql!("select started_by_id from executions where organisation_id = $1 and id = $2"),
            params![organisation, execution],
        )
        .await?;
    row.map(|row| row.get("started_by_id")).transpose()
}

/// Those that a workflow's definition declares.
pub(super) async fn declared(
    tx: &mut Tx,
    organisation: OrganisationId,
    workflow: &str,
) -> Result<Vec<Row>> {
    let rows = tx
        .fetch_all(
            sql!("select s.*, cast(null as text) as last_status from schedules s where s.organisation_id = $1 and s.workflow_slug = $2 and s.declared = true order by s.id"),
            params![organisation, workflow],
        )
        .await?;
    rows.iter().map(row).collect()
}

pub(super) async fn insert(tx: &mut Tx, new: &Row) -> Result<()> {
    tx.execute(
        sql!("insert into schedules (organisation_id, id, workflow_slug, name, cron, timezone, inputs, priority, project_key, missed, enabled, declared, next_at, created_by, created_at, updated_at, created_by_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)"),
        params![
            new.organisation, new.id, &new.workflow, new.name.clone(), &new.cron, &new.timezone, &new.inputs,
            new.priority.clone(), new.project.clone(), new.missed.as_str(), new.enabled, new.is_declared,
            new.next_at, &new.created_by, new.created_at, new.created_by_id
        ],
    )
    .await?;
    Ok(())
}

/// `false` when there is none.
pub(super) async fn update(tx: &mut Tx, row: &Row, at: Timestamp) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update schedules set workflow_slug = $3, name = $4, cron = $5, timezone = $6, inputs = $7, priority = $8, project_key = $9, missed = $10, enabled = $11, next_at = $12, updated_at = $13, created_by = $14, created_by_id = $15 where organisation_id = $1 and id = $2"),
            params![
                row.organisation, row.id, &row.workflow, row.name.clone(), &row.cron, &row.timezone, &row.inputs,
                row.priority.clone(), row.project.clone(), row.missed.as_str(), row.enabled, row.next_at, at,
                &row.created_by, row.created_by_id
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// `false` when there is none.
pub(super) async fn delete(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ScheduleId,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("delete from schedules where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    Ok(changed == 1)
}

/// A schedule whose time has come.
pub(super) struct Due {
    pub next_at: Timestamp,
    pub id: String,
    /// All of it, if what is stored can be read.
    pub row: Result<Row>,
}

/// The schedules of all organisations whose time has come, the longest due first, after the one
/// of this time and id. The engine works for all of them.
pub(super) async fn due(
    tx: &mut Tx,
    now: Timestamp,
    (time, id): (Timestamp, &str),
    limit: i64,
) -> Result<Vec<Due>> {
    let rows = tx
        .fetch_all(
            sql!("select s.*, cast(null as text) as last_status from schedules s where s.enabled = true and s.next_at <= $1 and (s.next_at > $2 or (s.next_at = $2 and s.id > $3)) order by s.next_at, s.id limit $4"),
            params![now, time, id, limit],
        )
        .await?;
    let due = rows.iter().map(|found| {
        Ok(Due { next_at: found.get("next_at")?, id: found.get("id")?, row: row(found) })
    });
    due.collect()
}

/// The next time of any schedule.
pub(super) async fn next(tx: &mut Tx) -> Result<Option<Timestamp>> {
    let row = tx
        .fetch_one(
            sql!("select min(next_at) as next_at from schedules where enabled = true"),
            params![],
        )
        .await?;
    row.get("next_at")
}

/// A time of a schedule has been looked at, and this came of it.
#[derive(Debug, Clone)]
pub(super) struct Fired {
    pub organisation: OrganisationId,
    pub id: ScheduleId,
    /// What `next_at` was when it was looked at.
    pub expected: Timestamp,
    pub next_at: Option<Timestamp>,
    /// The time that was looked at.
    pub at: Timestamp,
    pub execution: Option<ExecutionId>,
    pub error: Option<String>,
}

/// Moves a schedule on. One that was changed in between stays as it was changed.
pub(super) async fn fired(tx: &mut Tx, fired: &Fired) -> Result<()> {
    tx.execute(
        sql!("update schedules set next_at = $4, last_at = $5, last_execution_id = $6, last_error = $7 where organisation_id = $1 and id = $2 and next_at = $3"),
        params![
            fired.organisation, fired.id, fired.expected, fired.next_at, fired.at, fired.execution, fired.error.clone()
        ],
    )
    .await?;
    Ok(())
}

/// Notes an execution that somebody started by hand.
pub(super) async fn ran(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ScheduleId,
    execution: ExecutionId,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update schedules set last_at = $4, last_execution_id = $3, last_error = null where organisation_id = $1 and id = $2"),
        params![organisation, id, execution, at],
    )
    .await?;
    Ok(())
}
