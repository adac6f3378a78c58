//! The table of what people may use, beside the people themselves.

use std::collections::HashMap;

use base::{OrganisationId, Timestamp, UserId};
use serde_json::{Value as Json, json};
use store::{Result, Row, Tx, params, sql};

use super::Profile;
use super::model::AiAccess;

/// The profiles of an organisation that bound anything.
pub(crate) async fn bounded(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<HashMap<UserId, Profile>> {
    let rows = tx
        .fetch_all(
            sql!("select user_id, platforms, models, agents, tokens_per_request, requests_per_hour from ai_access where organisation_id = $1 order by user_id"),
            params![organisation],
        )
        .await?;
    let mut people = HashMap::with_capacity(rows.len());
    for row in &rows {
        let profile = profile(row)?;
        if !profile.is_full() {
            people.insert(row.get("user_id")?, profile);
        }
    }
    Ok(people)
}

/// The profile of a person who has one.
pub(super) async fn find_profile(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
) -> Result<Option<Profile>> {
    let row = tx
        .fetch_optional(
            sql!("select platforms, models, agents, tokens_per_request, requests_per_hour from ai_access where organisation_id = $1 and user_id = $2"),
            params![organisation, user],
        )
        .await?;
    row.as_ref().map(profile).transpose()
}

/// The people of an organisation after a name and an id, by name; those only whose name or
/// address contains `part`, when it is given.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    part: Option<&str>,
    (name, id): (&str, &str),
    limit: i64,
) -> Result<Vec<AiAccess>> {
    let rows = tx
        .fetch_all(
            sql!("select u.id, u.name, u.email, r.name as role, a.platforms, a.models, a.agents, a.tokens_per_request, a.requests_per_hour, a.updated_at, a.updated_by from users u join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id left join ai_access a on a.organisation_id = u.organisation_id and a.user_id = u.id where u.organisation_id = $1 and (cast($2 as text) is null or lower(u.name) like lower($2) escape '!' or lower(u.email) like lower($2) escape '!') and (u.name, u.id) > ($3, $4) order by u.name, u.id limit $5"),
            params![organisation, part.map(containing), name, id, limit],
        )
        .await?;
    rows.iter().map(access).collect()
}

/// What one person may use.
pub(super) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
) -> Result<Option<AiAccess>> {
    let row = tx
        .fetch_optional(
            sql!("select u.id, u.name, u.email, r.name as role, a.platforms, a.models, a.agents, a.tokens_per_request, a.requests_per_hour, a.updated_at, a.updated_by from users u join roles r on r.organisation_id = u.organisation_id and r.id = u.role_id left join ai_access a on a.organisation_id = u.organisation_id and a.user_id = u.id where u.organisation_id = $1 and u.id = $2"),
            params![organisation, user],
        )
        .await?;
    row.as_ref().map(access).transpose()
}

/// Sets what a person may use, new or again.
pub(super) async fn set(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
    profile: &Profile,
    (by, now): (UserId, Timestamp),
) -> Result<()> {
    tx.execute(
        sql!("insert into ai_access (organisation_id, user_id, platforms, models, agents, tokens_per_request, requests_per_hour, updated_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict (organisation_id, user_id) do update set platforms = excluded.platforms, models = excluded.models, agents = excluded.agents, tokens_per_request = excluded.tokens_per_request, requests_per_hour = excluded.requests_per_hour, updated_by = excluded.updated_by, updated_at = excluded.updated_at"),
        params![
            organisation, user, text(profile.platforms.as_ref()), text(profile.models.as_ref()),
            text(profile.agents.as_ref()), profile.tokens_per_request, profile.requests_per_hour,
            by, now
        ],
    )
    .await?;
    Ok(())
}

/// Takes a person's profile away; `false` when there is none.
pub(super) async fn remove(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: UserId,
) -> Result<bool> {
    let removed = tx
        .execute(
            sql!("delete from ai_access where organisation_id = $1 and user_id = $2"),
            params![organisation, user],
        )
        .await?;
    Ok(removed == 1)
}

fn text(list: Option<&Vec<String>>) -> Option<Json> {
    list.map(|list| json!(list))
}

/// The pattern of texts that contain this one.
fn containing(part: &str) -> String {
    let mut pattern = String::from("%");
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn profile(row: &Row) -> Result<Profile> {
    Ok(Profile {
        platforms: row.json_option("platforms")?,
        models: row.json_option("models")?,
        agents: row.json_option("agents")?,
        tokens_per_request: row.get("tokens_per_request")?,
        requests_per_hour: row.get("requests_per_hour")?,
    })
}

fn access(row: &Row) -> Result<AiAccess> {
    let profile = profile(row)?;
    Ok(AiAccess {
        user_id: row.get("id")?,
        name: row.get("name")?,
        email: row.get("email")?,
        role: row.get("role")?,
        level: profile.level(),
        platforms: profile.platforms,
        models: profile.models,
        agents: profile.agents,
        tokens_per_request: profile.tokens_per_request,
        requests_per_hour: profile.requests_per_hour,
        updated_at: row.get("updated_at")?,
        updated_by: row.get("updated_by")?,
    })
}
