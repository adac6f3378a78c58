//! The table of virtual keys.

use base::{OrganisationId, Timestamp, VirtualKeyId};
use store::{Error, Result, Row, Tx, params, sql};

use super::{Holder, KeyScope, VirtualKey};

/// Lists as JSON; texts can always be written.
fn list_text(list: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(list).map_err(|error| Error::Corrupt {
        column: "virtual_keys".to_owned(),
        value: String::new(),
        reason: error.to_string(),
    })
}

/// A new key.
pub(super) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: &VirtualKey,
    hash: &str,
    created_by: &str,
) -> Result<()> {
    tx.execute(
        sql!("insert into virtual_keys (organisation_id, id, name, prefix, key_hash, user_id, project_id, models, scopes, requests_per_minute, tokens_per_minute, version, created_by, created_at, updated_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13, $13, $14)"),
        params![
            organisation, key.id, &key.name, &key.prefix, hash, key.user_id, key.project.as_deref(),
            list_text(&key.models)?, list_text(&key.scopes)?, key.requests_per_minute,
            key.tokens_per_minute, created_by, key.created_at, key.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// Changes what people may change; `false` when the version is not the current one, or the
/// key is revoked.
pub(super) async fn update(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: &VirtualKey,
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update virtual_keys set name = $4, project_id = $5, models = $6, scopes = $7, requests_per_minute = $8, tokens_per_minute = $9, expires_at = $10, version = version + 1, updated_at = $11 where organisation_id = $1 and id = $2 and version = $3 and revoked_at is null"),
            params![
                organisation, key.id, key.version, &key.name, key.project.as_deref(),
                list_text(&key.models)?, list_text(&key.scopes)?, key.requests_per_minute,
                key.tokens_per_minute, key.expires_at, now
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Revokes a key; `false` when there is none to revoke.
pub(super) async fn revoke(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: VirtualKeyId,
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update virtual_keys set revoked_at = $3, updated_at = $3, version = version + 1 where organisation_id = $1 and id = $2 and revoked_at is null"),
            params![organisation, id, now],
        )
        .await?;
    Ok(changed == 1)
}

/// Who a key belongs to, when it may still come in. The key names the organisation.
pub(super) async fn accept(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<Option<Holder>> {
    let row = tx
        .fetch_optional(
            sql!("select k.* from virtual_keys k left join users u on u.organisation_id = k.organisation_id and u.id = k.user_id where k.key_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2) and (u.id is null or u.is_active)"),
            params![hash, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Holder::new(row.get("organisation_id")?, virtual_key(&row)?)))
}

/// One key.
pub(super) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: VirtualKeyId,
) -> Result<Option<VirtualKey>> {
    let row = tx
        .fetch_optional(
            sql!("select * from virtual_keys where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.as_ref().map(virtual_key).transpose()
}

/// The id of a key that is there, revoked or not.
pub(crate) async fn find_id(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: &str,
) -> Result<Option<String>> {
    let Ok(id) = id.trim().parse() else { return Ok(None) };
    Ok(find(tx, organisation, id).await?.map(|key| key.id.to_string()))
}

/// Keys, newest first, before an id when one is given.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    before: &str,
    limit: i64,
) -> Result<Vec<VirtualKey>> {
    let rows = tx
        .fetch_all(
            sql!("select * from virtual_keys where organisation_id = $1 and ($2 = '' or id < $2) order by id desc limit $3"),
            params![organisation, before, limit],
        )
        .await?;
    rows.iter().map(virtual_key).collect()
}

fn virtual_key(row: &Row) -> Result<VirtualKey> {
    Ok(VirtualKey {
        id: row.get("id")?,
        name: row.get("name")?,
        prefix: row.get("prefix")?,
        user_id: row.get("user_id")?,
        project: row.get("project_id")?,
        models: row.json("models")?,
        scopes: row.json::<Vec<KeyScope>>("scopes")?,
        requests_per_minute: row.get("requests_per_minute")?,
        tokens_per_minute: row.get("tokens_per_minute")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}
