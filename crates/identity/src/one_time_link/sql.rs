//! The table of one-time links. A link for the set-up has no organisation yet.

use base::{OrganisationId, Timestamp, UserId};
use store::{Result, Tx, params, sql};

use super::Purpose;
use crate::user::User;

/// Who a used link was for; nobody for the set-up.
pub(crate) type Holder = Option<(OrganisationId, UserId)>;

/// Adds a link.
pub(crate) async fn insert(
    tx: &mut Tx,
    hash: &str,
    purpose: Purpose,
    holder: Holder,
    (created_at, expires_at): (Timestamp, Timestamp),
) -> Result<()> {
    tx.execute(
        sql!("insert into one_time_links (token_hash, purpose, organisation_id, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)"),
        params![
            hash,
            purpose.as_str(),
            holder.map(|(organisation, _)| organisation),
            holder.map(|(_, user)| user),
            created_at,
            expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes the links that a new one takes the place of: the user's own, or those of nobody.
pub(crate) async fn delete(tx: &mut Tx, purpose: Purpose, holder: Option<&User>) -> Result<()> {
    let (organisation, user) = match holder {
        Some(user) => (user.organisation.to_string(), user.id.to_string()),
        None => (String::new(), String::new()),
    };
    tx.execute(
        sql!("delete from one_time_links where purpose = $1 and coalesce(organisation_id, '') = $2 and coalesce(user_id, '') = $3"),
        params![purpose.as_str(), organisation, user],
    )
    .await?;
    Ok(())
}

/// Deletes those links of a user that nobody can use any more.
pub(super) async fn delete_spent(
    tx: &mut Tx,
    purpose: Purpose,
    holder: &User,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("delete from one_time_links where purpose = $1 and organisation_id = $2 and user_id = $3 and (used_at is not null or expires_at <= $4)"),
        params![purpose.as_str(), holder.organisation, holder.id, now],
    )
    .await?;
    Ok(())
}

/// What a link could be used for now.
pub(crate) async fn usable(tx: &mut Tx, hash: &str, now: Timestamp) -> Result<Option<Purpose>> {
    let row = tx
        .fetch_optional(
            sql!("select purpose from one_time_links where token_hash = $1 and used_at is null and expires_at > $2"),
            params![hash, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let purpose: String = row.get("purpose")?;
    Ok(Purpose::parse(&purpose))
}

/// Uses a link up. However many try at once, one of them gets an answer.
pub(crate) async fn consume(
    tx: &mut Tx,
    hash: &str,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<Holder>> {
    let row = tx
        .fetch_optional(
            sql!("update one_time_links set used_at = $3 where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3 returning organisation_id, user_id"),
            params![hash, purpose.as_str(), now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let organisation: Option<OrganisationId> = row.get("organisation_id")?;
    let user: Option<UserId> = row.get("user_id")?;
    Ok(Some(organisation.zip(user)))
}
