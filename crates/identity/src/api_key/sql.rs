//! The table of API keys.

use base::{ApiKeyId, OrganisationId, Timestamp};
use store::{Result, Row, Tx, params, sql};
use web::{Caller, CallerKind};

use super::model::ApiKey;
use crate::identity::Accepted;
use crate::session;

pub(super) async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    api_key: &ApiKey,
    hash: &str,
) -> Result<()> {
    tx.execute(
        sql!("insert into api_keys (organisation_id, id, user_id, name, prefix, key_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"),
        params![
            caller.organisation,
            api_key.id,
            caller.user,
            &api_key.name,
            &api_key.prefix,
            hash,
            api_key.created_at,
            api_key.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// Who a key belongs to, when it may still come in. The key names the organisation.
pub(crate) async fn accept(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<Option<Accepted>> {
    let row = tx
        .fetch_optional(
            sql!("select k.organisation_id, k.id, k.user_id, k.last_used_at, u.name, u.email, r.name as role_name, r.permissions from api_keys k join users u on u.organisation_id = k.organisation_id and u.id = k.user_id join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id where k.key_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2) and u.is_active"),
            params![hash, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let caller = session::caller(&row, CallerKind::ApiKey(row.get("id")?))?;
    Ok(Some(Accepted { caller, used_at: row.get("last_used_at")? }))
}

/// Who a key belongs to, when it may still come in.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ApiKeyId,
    now: Timestamp,
) -> Result<Option<Caller>> {
    let row = tx
        .fetch_optional(
            sql!("select k.organisation_id, k.user_id, u.name, u.email, r.name as role_name, r.permissions from api_keys k join users u on u.organisation_id = k.organisation_id and u.id = k.user_id join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id where k.organisation_id = $1 and k.id = $2 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $3) and u.is_active"),
            params![organisation, id, now],
        )
        .await?;
    row.map(|row| session::caller(&row, CallerKind::ApiKey(id))).transpose()
}

/// Notes that a key was used, unless that was noted after `before`.
pub(crate) async fn touch(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ApiKeyId,
    before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update api_keys set last_used_at = $4 where organisation_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $3)"),
        params![organisation, id, before, now],
    )
    .await?;
    Ok(())
}

/// When a key ends.
pub(crate) async fn expires_at(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ApiKeyId,
) -> Result<Option<Timestamp>> {
    let row = tx
        .fetch_optional(
            sql!("select expires_at from api_keys where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.map_or(Ok(None), |row| row.get("expires_at"))
}

/// A user's keys that are not revoked, newest first, before an id when one is given.
pub(super) async fn list(
    tx: &mut Tx,
    caller: &Caller,
    before: &str,
    limit: i64,
) -> Result<Vec<ApiKey>> {
    let rows = tx
        .fetch_all(
            sql!("select id, name, prefix, created_at, last_used_at, expires_at from api_keys where organisation_id = $1 and user_id = $2 and revoked_at is null and ($3 = '' or id < $3) order by id desc limit $4"),
            params![caller.organisation, caller.user, before, limit],
        )
        .await?;
    rows.iter().map(api_key).collect()
}

/// Revokes a key of a user; false when there is none to revoke.
pub(super) async fn revoke(
    tx: &mut Tx,
    caller: &Caller,
    id: ApiKeyId,
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update api_keys set revoked_at = $4 where organisation_id = $1 and user_id = $2 and id = $3 and revoked_at is null"),
            params![caller.organisation, caller.user, id, now],
        )
        .await?;
    Ok(changed == 1)
}

fn api_key(row: &Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.get("id")?,
        name: row.get("name")?,
        prefix: row.get("prefix")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
    })
}
