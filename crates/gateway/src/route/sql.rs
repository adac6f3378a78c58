//! The table of model groups.

use base::{ModelGroupId, OrganisationId, Timestamp};
use store::{Result, Row, Tx, params, sql};

use super::Group;

/// Adds a group; `false` when the name is taken.
pub(super) async fn insert(tx: &mut Tx, group: &Group, created_by: &str) -> Result<bool> {
    let inserted = tx
        .execute(
            sql!("insert into model_groups (organisation_id, id, name, strategy, targets, hedge_after_ms, is_enabled, version, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (organisation_id, name) do nothing"),
            params![
                group.organisation, group.id, &group.name, group.strategy.as_str(),
                serde_json::json!(group.targets), group.hedge_after_ms, group.is_enabled,
                group.version, created_by, group.created_at
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// Changes a group that still has this version; `false` when it has not.
pub(super) async fn update(
    tx: &mut Tx,
    group: &Group,
    old_version: i64,
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update model_groups set name = $4, strategy = $5, targets = $6, hedge_after_ms = $7, is_enabled = $8, version = version + 1, updated_at = $9 where organisation_id = $1 and id = $2 and version = $3"),
            params![
                group.organisation, group.id, old_version, &group.name, group.strategy.as_str(),
                serde_json::json!(group.targets), group.hedge_after_ms, group.is_enabled, now
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Deletes a group; `false` when there is none.
pub(super) async fn delete(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ModelGroupId,
) -> Result<bool> {
    let deleted = tx
        .execute(
            sql!("delete from model_groups where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    Ok(deleted == 1)
}

/// The group with this id.
pub(super) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: ModelGroupId,
) -> Result<Option<Group>> {
    let row = tx
        .fetch_optional(
            sql!("select * from model_groups where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.as_ref().map(group).transpose()
}

/// The group with this name.
pub(super) async fn find_named(
    tx: &mut Tx,
    organisation: OrganisationId,
    name: &str,
) -> Result<Option<Group>> {
    let row = tx
        .fetch_optional(
            sql!("select * from model_groups where organisation_id = $1 and name = $2"),
            params![organisation, name],
        )
        .await?;
    row.as_ref().map(group).transpose()
}

/// All groups of an organisation, by name.
pub(crate) async fn all(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Group>> {
    let rows = tx
        .fetch_all(
            sql!("select * from model_groups where organisation_id = $1 order by name"),
            params![organisation],
        )
        .await?;
    rows.iter().map(group).collect()
}

fn group(row: &Row) -> Result<Group> {
    Ok(Group {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        name: row.get("name")?,
        strategy: row.parse("strategy")?,
        targets: row.json("targets")?,
        hedge_after_ms: row.get("hedge_after_ms")?,
        is_enabled: row.get("is_enabled")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
