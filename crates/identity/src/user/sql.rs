//! The tables of users and organisations.

use base::{OrganisationId, Secret, Timestamp, UserId};
use store::{Result, Row, Tx, params, sql};

use super::people::Person;
use super::{Email, Locale, Theme, User};
use crate::role;

/// Whether anybody has an account; without, the first set-up is still to be done.
pub(crate) async fn is_anyone(tx: &mut Tx) -> Result<bool> {
    let row = tx.fetch_optional(sql!("select id from users limit 1"), params![]).await?;
    Ok(row.is_some())
}

/// Adds a user.
pub(crate) async fn insert(tx: &mut Tx, user: &User, theme: Theme, now: Timestamp) -> Result<()> {
    let hash = user.password_hash.as_ref().map(|hash| hash.reveal().clone());
    tx.execute(
        sql!("insert into users (organisation_id, id, email, name, password_hash, role_id, locale, theme, is_active, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)"),
        params![
            user.organisation,
            user.id,
            user.email.as_str(),
            &user.name,
            hash,
            user.role,
            user.locale.as_str(),
            theme.as_str(),
            user.is_active,
            now,
        ],
    )
    .await?;
    Ok(())
}

/// The user who signs in with an address. Addresses are unique over all organisations,
/// because nobody says at the door which organisation they belong to.
pub(crate) async fn by_email(tx: &mut Tx, email: &Email) -> Result<Option<User>> {
    let row = tx
        .fetch_optional(
            sql!("select organisation_id, id, email, name, role_id, password_hash, locale, is_active from users where email = $1"),
            params![email.as_str()],
        )
        .await?;
    row.as_ref().map(user).transpose()
}

/// A user of an organisation.
pub(crate) async fn get(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: UserId,
) -> Result<Option<User>> {
    let row = tx
        .fetch_optional(
            sql!("select organisation_id, id, email, name, role_id, password_hash, locale, is_active from users where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.as_ref().map(user).transpose()
}

/// The people of an organisation after the one with this id, in the order of their ids.
pub(super) async fn people(
    tx: &mut Tx,
    organisation: OrganisationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Person>> {
    let rows = tx
        .fetch_all(
            sql!("select id, name, is_active from users where organisation_id = $1 and id > $2 order by id limit $3"),
            params![organisation, after, limit],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Person {
                id: row.get("id")?,
                name: row.get("name")?,
                is_active: row.get("is_active")?,
            })
        })
        .collect()
}

/// The active administrators of the first organisation, oldest first, at most `limit`.
pub(crate) async fn admins(tx: &mut Tx, limit: i64) -> Result<Vec<User>> {
    let Some(organisation) = first_organisation(tx).await? else { return Ok(Vec::new()) };
    let Some(role) = role::sql::admin(tx, organisation).await? else { return Ok(Vec::new()) };
    let rows = tx
        .fetch_all(
            sql!("select organisation_id, id, email, name, role_id, password_hash, locale, is_active from users where organisation_id = $1 and role_id = $2 and is_active order by created_at, id limit $3"),
            params![organisation, role, limit],
        )
        .await?;
    rows.iter().map(user).collect()
}

/// The organisation that was set up first: its administrators run the server. Only one
/// with roles counts; an organisation without them was not made by the set-up.
pub(crate) async fn first_organisation(tx: &mut Tx) -> Result<Option<OrganisationId>> {
    let row = tx
        .fetch_optional(
            sql!("select id from organisations where exists (select 1 from roles where roles.organisation_id = organisations.id) order by created_at, id limit 1"),
            params![],
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// Adds an organisation.
pub(crate) async fn insert_organisation(
    tx: &mut Tx,
    id: OrganisationId,
    name: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into organisations (id, name, created_at, updated_at) values ($1, $2, $3, $3)"
        ),
        params![id, name, now],
    )
    .await?;
    Ok(())
}

/// Sets what is given and leaves the rest.
pub(super) async fn change(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: UserId,
    (name, locale, theme): (Option<&str>, Option<Locale>, Option<Theme>),
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update users set name = coalesce($3, name), locale = coalesce($4, locale), theme = coalesce($5, theme), updated_at = $6 where organisation_id = $1 and id = $2"),
            params![
                organisation,
                id,
                name.map(str::to_owned),
                locale.map(Locale::as_str),
                theme.map(Theme::as_str),
                now,
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Replaces a password, unless it was replaced by somebody else in the meantime.
pub(crate) async fn set_password(
    tx: &mut Tx,
    user: &User,
    hash: &Secret<String>,
    now: Timestamp,
) -> Result<bool> {
    let before = user.password_hash.as_ref().map(|hash| hash.reveal().clone());
    let changed = tx
        .execute(
            sql!("update users set password_hash = $4, updated_at = $5 where organisation_id = $1 and id = $2 and coalesce(password_hash, '') = coalesce($3, '')"),
            params![user.organisation, user.id, before, hash.reveal(), now],
        )
        .await?;
    Ok(changed == 1)
}

/// Notes that somebody signed in.
pub(crate) async fn set_last_login(tx: &mut Tx, user: &User, now: Timestamp) -> Result<()> {
    tx.execute(
        sql!("update users set last_login_at = $3 where organisation_id = $1 and id = $2"),
        params![user.organisation, user.id, now],
    )
    .await?;
    Ok(())
}

fn user(row: &Row) -> Result<User> {
    let email: String = row.get("email")?;
    Ok(User {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        email: Email::lookup(&email),
        name: row.get("name")?,
        role: row.get("role_id")?,
        password_hash: row.get::<Option<String>>("password_hash")?.map(Secret::new),
        locale: row.parse("locale")?,
        is_active: row.get("is_active")?,
    })
}
