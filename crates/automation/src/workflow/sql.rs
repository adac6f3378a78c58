//! The SQL of workflows and their revisions.

use base::{OrganisationId, Timestamp, WorkflowId, WorkflowRevisionId};
use store::{Result, Row, Tx, params, sql};

/// A workflow with its newest revision.
pub(super) struct Saved {
    pub id: WorkflowId,
    pub slug: String,
    pub archived_at: Option<Timestamp>,
    pub name: String,
    pub revision: i64,
    pub definition: String,
    pub content_hash: String,
    pub created_by: String,
    pub created_at: Timestamp,
}

fn saved(row: &Row) -> Result<Saved> {
    Ok(Saved {
        id: row.get("id")?,
        slug: row.get("slug")?,
        archived_at: row.get("archived_at")?,
        name: row.get("name")?,
        revision: row.get("number")?,
        definition: row.get("definition")?,
        content_hash: row.get("content_hash")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
    })
}

pub(super) async fn latest(
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
) -> Result<Option<Saved>> {
    let row = tx
        .fetch_optional(
            sql!("select w.id, w.slug, w.archived_at, r.name, r.number, r.definition, r.content_hash, r.created_by, r.created_at from workflows w join workflow_revisions r on r.organisation_id = w.organisation_id and r.workflow_id = w.id and r.number = w.latest_revision where w.organisation_id = $1 and w.slug = $2"),
            params![organisation, slug],
        )
        .await?;
    row.as_ref().map(saved).transpose()
}

/// The keys of all workflows of an organisation.
pub(crate) async fn slugs(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<String>> {
    let rows = tx
        .fetch_all(
            sql!("select slug from workflows where organisation_id = $1 order by slug"),
            params![organisation],
        )
        .await?;
    rows.iter().map(|row| row.get("slug")).collect()
}

/// The names of the roles that people may have.
pub(super) async fn roles(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<String>> {
    let rows = tx
        .fetch_all(
            sql!("select name from roles where organisation_id = $1 order by name"),
            params![organisation],
        )
        .await?;
    rows.iter().map(|row| row.get("name")).collect()
}

pub(super) async fn list(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Saved>> {
    let rows = tx
        .fetch_all(
            sql!("select w.id, w.slug, w.archived_at, r.name, r.number, r.definition, r.content_hash, r.created_by, r.created_at from workflows w join workflow_revisions r on r.organisation_id = w.organisation_id and r.workflow_id = w.id and r.number = w.latest_revision where w.organisation_id = $1 order by w.slug"),
            params![organisation],
        )
        .await?;
    rows.iter().map(saved).collect()
}

/// A revision as it was saved.
pub(super) struct SavedRevision {
    pub number: i64,
    pub name: String,
    pub definition: String,
    pub created_by: String,
    pub created_at: Timestamp,
}

fn saved_revision(row: &Row) -> Result<SavedRevision> {
    Ok(SavedRevision {
        number: row.get("number")?,
        name: row.get("name")?,
        definition: row.get("definition")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
    })
}

/// The revisions before a number, the newest first; one more than `limit`.
pub(super) async fn revisions(
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<SavedRevision>> {
    let rows = tx
        .fetch_all(
            sql!("select r.number, r.name, r.definition, r.created_by, r.created_at from workflows w join workflow_revisions r on r.organisation_id = w.organisation_id and r.workflow_id = w.id where w.organisation_id = $1 and w.slug = $2 and (cast($3 as bigint) is null or r.number < $3) order by r.number desc limit $4"),
            params![organisation, slug, before, limit + 1],
        )
        .await?;
    rows.iter().map(saved_revision).collect()
}

/// One revision.
pub(super) async fn revision(
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
    number: i64,
) -> Result<Option<SavedRevision>> {
    let row = tx
        .fetch_optional(
            sql!("select r.number, r.name, r.definition, r.created_by, r.created_at from workflows w join workflow_revisions r on r.organisation_id = w.organisation_id and r.workflow_id = w.id where w.organisation_id = $1 and w.slug = $2 and r.number = $3"),
            params![organisation, slug, number],
        )
        .await?;
    row.as_ref().map(saved_revision).transpose()
}

/// Puts a workflow away or brings it back; `false` when it is so already or not there.
pub(super) async fn set_archived(
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
    archived: bool,
    at: Timestamp,
) -> Result<bool> {
    let changed = if archived {
        tx.execute(
            sql!("update workflows set archived_at = $3, updated_at = $3 where organisation_id = $1 and slug = $2 and archived_at is null"),
            params![organisation, slug, at],
        )
        .await?
    } else {
        tx.execute(
            sql!("update workflows set archived_at = null, updated_at = $3 where organisation_id = $1 and slug = $2 and archived_at is not null"),
            params![organisation, slug, at],
        )
        .await?
    };
    Ok(changed == 1)
}

/// What is saved of a definition.
pub(super) struct NewRevision<'a> {
    pub organisation: OrganisationId,
    pub workflow: WorkflowId,
    pub id: WorkflowRevisionId,
    pub slug: &'a str,
    pub number: i64,
    pub name: &'a str,
    pub description: &'a str,
    pub definition: &'a str,
    pub content_hash: &'a str,
    pub by: &'a str,
    pub at: Timestamp,
}

/// Saves a revision; `false` when somebody else saved the same number first.
pub(super) async fn save(tx: &mut Tx, new: &NewRevision<'_>) -> Result<bool> {
    let changed = if new.number == 1 {
        tx.execute(
            sql!("insert into workflows (organisation_id, id, slug, source, latest_revision, created_by, created_at, updated_at) values ($1, $2, $3, 'organisation', 1, $4, $5, $5) on conflict do nothing"),
            params![new.organisation, new.workflow, new.slug, new.by, new.at],
        )
        .await?
    } else {
        tx.execute(
            sql!("update workflows set latest_revision = $3, updated_at = $4 where organisation_id = $1 and id = $2 and latest_revision = $3 - 1"),
            params![new.organisation, new.workflow, new.number, new.at],
        )
        .await?
    };
    if changed == 0 {
        return Ok(false);
    }
    tx.execute(
        sql!("insert into workflow_revisions (organisation_id, id, workflow_id, number, name, description, definition, content_hash, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        params![
            new.organisation, new.id, new.workflow, new.number, new.name, new.description, new.definition,
            new.content_hash, new.by, new.at
        ],
    )
    .await?;
    Ok(true)
}
