//! The table of idempotency keys.

use axum::http::StatusCode;
use base::{OrganisationId, Timestamp};
use store::{Result, Tx, params, sql};

use super::Reply;

/// A key that was used, with the request it was used for and the answer given.
pub(super) struct Seen {
    pub request: String,
    pub reply: Reply,
}

/// How many keys are forgotten at a time, beside the one that is used: everybody's writes wait
/// for it.
const MOST: i64 = 100;

/// Forgets this key if it was first used before a time, and some others that were, whoever's
/// they are: nobody else would forget those of an organisation that went quiet, and everybody
/// would read past them.
pub(super) async fn forget_before(
    tx: &mut Tx,
    organisation: OrganisationId,
    whose: &str,
    key: &str,
    at: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("delete from idempotency_keys where organisation_id = $1 and user_id = $2 and key = $3 and created_at < $4"),
        params![organisation, whose, key, at],
    )
    .await?;
    tx.execute(
        sql!("delete from idempotency_keys where (organisation_id, user_id, key) in (select organisation_id, user_id, key from idempotency_keys where created_at < $1 order by created_at limit $2)"),
        params![at, MOST],
    )
    .await?;
    Ok(())
}

pub(super) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    whose: &str,
    key: &str,
) -> Result<Option<Seen>> {
    let row = tx
        .fetch_optional(
            sql!("select request_hash, status, body from idempotency_keys where organisation_id = $1 and user_id = $2 and key = $3"),
            params![organisation, whose, key],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let status = u16::try_from(row.get::<i64>("status")?).unwrap_or(200);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok(Some(Seen {
        request: row.get("request_hash")?,
        reply: Reply { status, body: row.json("body")? },
    }))
}

/// Notes what a key gives; `false` when it was noted before, also by another server meanwhile.
pub(super) async fn claim(
    tx: &mut Tx,
    organisation: OrganisationId,
    whose: &str,
    key: &str,
    request: &str,
    reply: &Reply,
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("insert into idempotency_keys (organisation_id, user_id, key, request_hash, status, body, created_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict (organisation_id, user_id, key) do nothing"),
            params![organisation, whose, key, request, i64::from(reply.status.as_u16()), &reply.body, now],
        )
        .await?;
    Ok(changed == 1)
}
