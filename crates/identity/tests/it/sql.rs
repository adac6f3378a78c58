//! What no route can do: look at what is stored, and change it as another process would.

use base::{OrganisationId, RoleId, Timestamp, UserId};
use store::{Db, Value, params, sql};

pub async fn run(db: &Db, statement: store::Sql, values: Vec<Value>) -> u64 {
    db.write(move |tx| Box::pin(async move { tx.execute(statement, values).await })).await.unwrap()
}

pub async fn count_users(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row = tx.fetch_one(sql!("select count(*) as number from users"), params![]).await.unwrap();
    row.get("number").unwrap()
}

pub async fn links(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let counted = sql!("select count(*) as number from one_time_links");
    tx.fetch_one(counted, params![]).await.unwrap().get("number").unwrap()
}

/// As another process ends all sessions.
pub async fn revoke_all(db: &Db, now: Timestamp) {
    run(db, sql!("update sessions set revoked_at = $1"), params![now]).await;
    run(db, sql!("update api_keys set revoked_at = $1"), params![now]).await;
}

pub async fn set_active(db: &Db, user: UserId, is_active: bool) {
    run(db, sql!("update users set is_active = $2 where id = $1"), params![user, is_active]).await;
}

pub async fn set_role(db: &Db, user: UserId, role: &str) {
    run(
        db,
        sql!("update users set role_id = (select id from roles where name = $2 and roles.organisation_id = users.organisation_id) where id = $1"),
        params![user, role],
    )
    .await;
}

/// A second tenant with an administrator who has everything the first one's has.
pub async fn second_organisation(db: &Db, email: &str, now: Timestamp) {
    let (organisation, role) = (OrganisationId::from_u128(2), RoleId::from_u128(2));
    run(
        db,
        sql!("insert into roles (organisation_id, id, name, description, permissions, is_system, created_at, updated_at) values ($1, $2, 'Admin', '', $3, $4, $5, $5)"),
        params![organisation, role, "[\"*\"]", true, now],
    )
    .await;
    run(
        db,
        sql!("insert into users (organisation_id, id, email, name, password_hash, role_id, locale, theme, is_active, created_at, updated_at) select $1, $2, $3, 'Omar', password_hash, $4, locale, theme, $5, $6, $6 from users limit 1"),
        params![organisation, UserId::from_u128(2), email, role, true, now],
    )
    .await;
}

/// Everything that is stored about identities, as one text.
pub async fn everything(db: &Db) -> String {
    let mut tx = db.read().await.unwrap();
    let rows = tx
        .fetch_all(
            sql!("select token_hash as text from sessions union all select key_hash from api_keys union all select token_hash from one_time_links union all select coalesce(password_hash, '') from users union all select detail from audit_logs union all select resource_id from audit_logs union all select coalesce(body, '') from idempotency_keys union all select subject from login_attempts"),
            params![],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get::<String>("text").unwrap()).collect::<Vec<_>>().join("\n")
}

pub async fn password_hash(db: &Db) -> String {
    let mut tx = db.read().await.unwrap();
    let row = tx.fetch_one(sql!("select password_hash from users limit 1"), params![]).await;
    row.unwrap().get("password_hash").unwrap()
}

pub async fn set_password_hash(db: &Db, hash: &str) {
    run(db, sql!("update users set password_hash = $1"), params![hash]).await;
}
