//! The table of projects.

use base::{OrganisationId, ProjectId, Timestamp};
use store::{Result, Row, Tx, Value, params, sql};

use super::column::default_columns;
use super::{Counts, Locked, Project, Status};

/// A project to be written.
pub(super) struct New<'a> {
    pub(super) organisation: OrganisationId,
    pub(super) id: ProjectId,
    pub(super) key: &'a str,
    pub(super) name: &'a str,
    pub(super) description: &'a str,
    pub(super) created_by: &'a str,
    pub(super) now: Timestamp,
}

/// Writes a project with the default columns; `false` when the key is taken.
pub(super) async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<bool> {
    let columns = serde_json::json!(default_columns());
    let inserted = tx
        .execute(
            sql!("insert into projects (organisation_id, id, key, name, description, status, columns, next_item_number, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, 'active', $6, 1, $7, $8, $8) on conflict (organisation_id, key) do nothing"),
            params![new.organisation, new.id, new.key, new.name, new.description, columns, new.created_by, new.now],
        )
        .await?;
    Ok(inserted == 1)
}

/// The keys that begin like this one; keys have no letters that mean something to `like`.
pub(super) async fn keys_like(
    tx: &mut Tx,
    organisation: OrganisationId,
    stem: &str,
) -> Result<Vec<String>> {
    let rows = tx
        .fetch_all(
            sql!("select key from projects where organisation_id = $1 and key like $2"),
            params![organisation, format!("{stem}%")],
        )
        .await?;
    rows.iter().map(|row| row.get("key")).collect()
}

/// The project with this key.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: &str,
) -> Result<Option<Project>> {
    let row = tx
        .fetch_optional(
            sql!("select p.*, (select count(*) from work_items w where w.organisation_id = p.organisation_id and w.project_id = p.id and w.kind = 'epic') as epics, (select count(*) from work_items w where w.organisation_id = p.organisation_id and w.project_id = p.id and w.kind = 'story') as stories, (select count(*) from work_items w where w.organisation_id = p.organisation_id and w.project_id = p.id and w.kind = 'task') as tasks from projects p where p.organisation_id = $1 and p.key = $2"),
            params![organisation, key.to_ascii_uppercase()],
        )
        .await?;
    row.as_ref().map(project).transpose()
}

/// Projects, newest first, after the one of the cursor.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    after: Option<(Timestamp, &str)>,
    limit: i64,
) -> Result<Vec<Project>> {
    let (at, id): (Value, Value) = match after {
        Some((at, id)) => (at.into(), id.into()),
        None => (None::<Timestamp>.into(), None::<String>.into()),
    };
    let rows = tx
        .fetch_all(
            sql!("select p.*, (select count(*) from work_items w where w.organisation_id = p.organisation_id and w.project_id = p.id and w.kind = 'epic') as epics, (select count(*) from work_items w where w.organisation_id = p.organisation_id and w.project_id = p.id and w.kind = 'story') as stories, (select count(*) from work_items w where w.organisation_id = p.organisation_id and w.project_id = p.id and w.kind = 'task') as tasks from projects p where p.organisation_id = $1 and (p.created_at < $2 or (p.created_at = $2 and p.id < $3) or $2 is null) order by p.created_at desc, p.id desc limit $4"),
            vec![organisation.into(), at, id, (limit + 1).into()],
        )
        .await?;
    rows.iter().map(project).collect()
}

/// Changes what is given; `None` stays as it is.
pub(super) async fn update(
    tx: &mut Tx,
    project: &Locked,
    name: Option<String>,
    description: Option<String>,
    status: Option<Status>,
) -> Result<()> {
    tx.execute(
        sql!("update projects set name = coalesce($3, name), description = coalesce($4, description), status = coalesce($5, status) where organisation_id = $1 and id = $2"),
        params![project.organisation, project.id, name, description, status.map(|status| status.as_str().to_owned())],
    )
    .await?;
    Ok(())
}

/// Holds the row of the project with this key until the transaction ends.
pub(crate) async fn lock(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: &str,
    now: Timestamp,
) -> Result<Option<Locked>> {
    let row = tx
        .fetch_optional(
            sql!("update projects set updated_at = $3 where organisation_id = $1 and key = $2 returning organisation_id, id, key, status, columns"),
            params![organisation, key.to_ascii_uppercase(), now],
        )
        .await?;
    row.as_ref().map(locked).transpose()
}

/// Holds the row of the project that this work item is in.
pub(crate) async fn lock_of_item(
    tx: &mut Tx,
    organisation: OrganisationId,
    item_key: &str,
    now: Timestamp,
) -> Result<Option<Locked>> {
    let row = tx
        .fetch_optional(
            sql!("update projects set updated_at = $3 where organisation_id = $1 and id = (select w.project_id from work_items w where w.organisation_id = $1 and w.key = $2) returning organisation_id, id, key, status, columns"),
            params![organisation, item_key.to_ascii_uppercase(), now],
        )
        .await?;
    row.as_ref().map(locked).transpose()
}

/// Takes `count` item numbers and returns the first; a number is never given twice.
pub(crate) async fn take_numbers(tx: &mut Tx, project: &Locked, count: i64) -> Result<i64> {
    let row = tx
        .fetch_one(
            sql!("update projects set next_item_number = next_item_number + $3 where organisation_id = $1 and id = $2 returning next_item_number"),
            params![project.organisation, project.id, count],
        )
        .await?;
    Ok(row.get::<i64>("next_item_number")? - count)
}

fn project(row: &Row) -> Result<Project> {
    Ok(Project {
        id: row.get("id")?,
        key: row.get("key")?,
        name: row.get("name")?,
        description: row.get("description")?,
        status: row.parse("status")?,
        columns: row.json("columns")?,
        counts: Counts {
            epics: row.get("epics")?,
            stories: row.get("stories")?,
            tasks: row.get("tasks")?,
        },
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn locked(row: &Row) -> Result<Locked> {
    Ok(Locked {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        key: row.get("key")?,
        status: row.parse("status")?,
        columns: row.json("columns")?,
    })
}
