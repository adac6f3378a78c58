//! The table of sessions.

use std::time::Duration;

use base::{OrganisationId, SessionId, Timestamp, UserId};
use store::{Result, Row, Tx, params, sql};
use web::{Caller, CallerKind};

use super::model::{OpenSession, Session, SessionOrganisation, SessionRole, SessionUser};
use crate::identity::Accepted;
use crate::role::permissions;

/// A session to be written.
pub(super) struct NewSession<'a> {
    pub organisation: OrganisationId,
    pub id: SessionId,
    pub user: UserId,
    pub token_hash: String,
    pub user_agent: String,
    pub ip: &'a str,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

pub(super) async fn insert(tx: &mut Tx, session: NewSession<'_>) -> Result<()> {
    tx.execute(
        sql!("insert into sessions (organisation_id, id, user_id, token_hash, user_agent, ip, created_at, last_seen_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $7, $8)"),
        params![
            session.organisation,
            session.id,
            session.user,
            session.token_hash,
            session.user_agent,
            session.ip,
            session.now,
            session.expires_at,
        ],
    )
    .await?;
    Ok(())
}

/// Who a token belongs to, when it may still come in. The token names the organisation.
pub(crate) async fn accept(
    tx: &mut Tx,
    hash: &str,
    idle: Duration,
    now: Timestamp,
) -> Result<Option<Accepted>> {
    let row = tx
        .fetch_optional(
            sql!("select s.organisation_id, s.id, s.user_id, s.last_seen_at, u.name, u.email, r.name as role_name, r.permissions from sessions s join users u on u.organisation_id = s.organisation_id and u.id = s.user_id join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id where s.token_hash = $1 and s.revoked_at is null and s.expires_at > $2 and s.last_seen_at > $3 and u.is_active"),
            params![hash, now, now.minus(idle)],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let caller = caller(&row, CallerKind::Session(row.get("id")?))?;
    Ok(Some(Accepted { caller, used_at: Some(row.get("last_seen_at")?) }))
}

/// Who a session belongs to, when it may still come in.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: SessionId,
    idle: Duration,
    now: Timestamp,
) -> Result<Option<Caller>> {
    let row = tx
        .fetch_optional(
            sql!("select s.organisation_id, s.user_id, u.name, u.email, r.name as role_name, r.permissions from sessions s join users u on u.organisation_id = s.organisation_id and u.id = s.user_id join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id where s.organisation_id = $1 and s.id = $2 and s.revoked_at is null and s.expires_at > $3 and s.last_seen_at > $4 and u.is_active"),
            params![organisation, id, now, now.minus(idle)],
        )
        .await?;
    row.map(|row| caller(&row, CallerKind::Session(id))).transpose()
}

/// The caller in the row of a session or a key, which has the user and their role too.
pub(crate) fn caller(row: &Row, kind: CallerKind) -> Result<Caller> {
    let names: Vec<String> = row.json("permissions")?;
    Ok(Caller {
        organisation: row.get("organisation_id")?,
        user: row.get("user_id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        role: row.get("role_name")?,
        kind,
        permissions: permissions(&names),
    })
}

/// Notes that a session was used, unless that was noted after `before`.
pub(crate) async fn touch(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: SessionId,
    before: Timestamp,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("update sessions set last_seen_at = $4 where organisation_id = $1 and id = $2 and last_seen_at <= $3"),
        params![organisation, id, before, now],
    )
    .await?;
    Ok(())
}

/// A user's sessions that can still be used, newest first, before an id when one is given.
pub(super) async fn list(
    tx: &mut Tx,
    caller: &Caller,
    before: &str,
    (idle_since, now): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<OpenSession>> {
    let rows = tx
        .fetch_all(
            sql!("select id, created_at, last_seen_at, expires_at, user_agent, ip from sessions where organisation_id = $1 and user_id = $2 and revoked_at is null and last_seen_at > $3 and expires_at > $4 and ($5 = '' or id < $5) order by id desc limit $6"),
            params![caller.organisation, caller.user, idle_since, now, before, limit],
        )
        .await?;
    rows.iter().map(|row| open_session(row, caller)).collect()
}

fn open_session(row: &Row, caller: &Caller) -> Result<OpenSession> {
    let id: SessionId = row.get("id")?;
    Ok(OpenSession {
        id,
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        expires_at: row.get("expires_at")?,
        user_agent: row.get("user_agent")?,
        ip: row.get("ip")?,
        is_current: caller.kind == CallerKind::Session(id),
    })
}

/// Ends a session of a user; false when there is none to end.
pub(super) async fn revoke(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    id: SessionId,
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update sessions set revoked_at = $4 where organisation_id = $1 and user_id = $2 and id = $3 and revoked_at is null"),
            params![organisation, user, id, now],
        )
        .await?;
    Ok(changed == 1)
}

/// Ends all sessions of the caller but the one they use.
pub(crate) async fn revoke_others(tx: &mut Tx, caller: &Caller, now: Timestamp) -> Result<u64> {
    let current = match caller.kind {
        CallerKind::Session(id) => id.to_string(),
        CallerKind::ApiKey(_) => String::new(),
    };
    tx.execute(
        sql!("update sessions set revoked_at = $4 where organisation_id = $1 and user_id = $2 and id <> $3 and revoked_at is null"),
        params![caller.organisation, caller.user, current, now],
    )
    .await
}

/// What a signed-in caller sees of themselves.
pub(crate) async fn of_caller(tx: &mut Tx, caller: &Caller) -> Result<Option<Session>> {
    let expires_at = match caller.kind {
        CallerKind::Session(id) => {
            let row = tx
                .fetch_optional(
                    sql!("select expires_at from sessions where organisation_id = $1 and id = $2"),
                    params![caller.organisation, id],
                )
                .await?;
            row.map(|row| row.get("expires_at")).transpose()?
        }
        CallerKind::ApiKey(id) => crate::api_key::expires_at(tx, caller.organisation, id).await?,
    };
    describe(tx, caller.organisation, caller.user, expires_at).await
}

/// A user with their organisation and role.
pub(super) async fn describe(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    expires_at: Option<Timestamp>,
) -> Result<Option<Session>> {
    let row = tx
        .fetch_optional(
            sql!("select u.email, u.name, u.locale, u.theme, o.name as organisation_name, r.id as role_id, r.name as role_name, r.permissions from users u join organisations o on o.id = u.organisation_id join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id where u.organisation_id = $1 and u.id = $2"),
            params![organisation, user],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let names: Vec<String> = row.json("permissions")?;
    Ok(Some(Session {
        user: SessionUser {
            id: user,
            email: row.get("email")?,
            name: row.get("name")?,
            locale: row.parse("locale")?,
            theme: row.parse("theme")?,
        },
        organisation: SessionOrganisation { id: organisation, name: row.get("organisation_name")? },
        role: SessionRole { id: row.get("role_id")?, name: row.get("role_name")? },
        permissions: permissions(&names).into_iter().collect(),
        expires_at,
    }))
}
