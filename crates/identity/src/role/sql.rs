//! The table of roles.

use std::sync::Arc;

use base::{OrganisationId, Random, RoleId, Timestamp};
use store::{Result, Row, Tx, params, sql};

use super::model::permissions;
use super::{Role, SEEDED, seed};

/// Writes the four seeded roles; returns the id of Admin.
pub(crate) async fn insert_seeded(
    tx: &mut Tx,
    organisation: OrganisationId,
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<RoleId> {
    let mut admin = None;
    for role in SEEDED {
        let id = RoleId::new(now, random.as_ref());
        tx.execute(
            sql!("insert into roles (organisation_id, id, name, description, permissions, is_system, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $7)"),
            params![organisation, id, role.name, role.description, serde_json::json!(role.stored()), true, now],
        )
        .await?;
        admin = admin.or((role.name == seed::ADMIN).then_some(id));
    }
    Ok(admin.expect("Admin is one of the seeded roles"))
}

/// The id of the seeded Admin role.
pub(crate) async fn admin(tx: &mut Tx, organisation: OrganisationId) -> Result<Option<RoleId>> {
    let row = tx
        .fetch_optional(
            sql!("select id from roles where organisation_id = $1 and name = $2 and is_system"),
            params![organisation, seed::ADMIN],
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// The roles after a name, by name.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Role>> {
    let rows = tx
        .fetch_all(
            sql!("select id, name, description, permissions, is_system from roles where organisation_id = $1 and name > $2 order by name limit $3"),
            params![organisation, after, limit],
        )
        .await?;
    rows.iter().map(role).collect()
}

fn role(row: &Row) -> Result<Role> {
    let names: Vec<String> = row.json("permissions")?;
    Ok(Role {
        id: row.get("id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        permissions: permissions(&names).into_iter().collect(),
        is_system: row.get("is_system")?,
    })
}
