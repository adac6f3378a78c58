//! The SQL of webhooks.

use base::{OrganisationId, Timestamp, UserId, WebhookId};
use serde_json::Value as Json;
use store::{Result, Row as DbRow, Tx, params, sql};

/// A webhook as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub organisation: OrganisationId,
    pub id: WebhookId,
    pub workflow: String,
    pub name: String,
    pub token_hash: String,
    pub token_hint: String,
    pub sealed_secret: Vec<u8>,
    pub inputs: Option<Json>,
    pub last_used_at: Option<Timestamp>,
    pub last_error: Option<String>,
    /// Who was told its address and secret: who asks for what it starts.
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
        token_hash: row.get("token_hash")?,
        token_hint: row.get("token_hint")?,
        sealed_secret: row.get("sealed_secret")?,
        inputs: row.json_option("inputs")?,
        last_used_at: row.get("last_used_at")?,
        last_error: row.get("last_error")?,
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
    before: Option<WebhookId>,
    limit: i64,
) -> Result<Vec<Row>> {
    let rows = tx
        .fetch_all(
            sql!("select * from webhooks where organisation_id = $1 and (cast($2 as text) is null or workflow_slug = $2) and (cast($3 as text) is null or id < $3) order by id desc limit $4"),
            params![organisation, workflow, before, limit + 1],
        )
        .await?;
    rows.iter().map(row).collect()
}

pub(super) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: WebhookId,
) -> Result<Option<Row>> {
    let found = tx
        .fetch_optional(
            sql!("select * from webhooks where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    found.as_ref().map(row).transpose()
}

/// The webhook with this address. Who calls says nothing of an organisation: the address
/// is what leads to one.
pub(super) async fn by_token(tx: &mut Tx, token_hash: &str) -> Result<Option<Row>> {
    let found = tx
        .fetch_optional(sql!("select * from webhooks where token_hash = $1"), params![token_hash])
        .await?;
    found.as_ref().map(row).transpose()
}

pub(super) async fn insert(tx: &mut Tx, new: &Row) -> Result<()> {
    tx.execute(
        sql!("insert into webhooks (organisation_id, id, workflow_slug, name, token_hash, token_hint, sealed_secret, inputs, created_by, created_at, updated_at, created_by_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)"),
        params![
            new.organisation, new.id, &new.workflow, &new.name, &new.token_hash, &new.token_hint,
            new.sealed_secret.clone(), new.inputs.clone(), &new.created_by, new.created_at,
            new.created_by_id
        ],
    )
    .await?;
    Ok(())
}

/// Gives a webhook another address and secret; `false` when there is none.
pub(super) async fn rotate(tx: &mut Tx, row: &Row, at: Timestamp) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update webhooks set token_hash = $3, token_hint = $4, sealed_secret = $5, updated_at = $6, created_by = $7, created_by_id = $8 where organisation_id = $1 and id = $2"),
            params![
                row.organisation, row.id, &row.token_hash, &row.token_hint, row.sealed_secret.clone(), at,
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
    id: WebhookId,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("delete from webhooks where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    Ok(changed == 1)
}

/// Notes a call with a right signature, and why it started nothing.
pub(super) async fn used(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: WebhookId,
    at: Timestamp,
    error: Option<String>,
) -> Result<()> {
    tx.execute(
        sql!("update webhooks set last_used_at = $3, last_error = $4 where organisation_id = $1 and id = $2"),
        params![organisation, id, at, error],
    )
    .await?;
    Ok(())
}
