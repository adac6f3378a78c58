//! The tables of secrets and of the data keys that seal them.

use base::{OrganisationId, Timestamp};
use store::{Result, Row, Tx, params, sql};

use super::{Kept, Place};

/// A data key as it is stored.
#[derive(Debug, Clone)]
pub(super) struct DataKey {
    pub(super) organisation: OrganisationId,
    pub(super) id: String,
    pub(super) master_id: String,
    pub(super) sealed: String,
    pub(super) is_active: bool,
}

/// Every data key of every organisation.
pub(super) async fn all_data_keys(tx: &mut Tx) -> Result<Vec<DataKey>> {
    let rows = tx
        .fetch_all(
            sql!("select organisation_id, id, master_id, sealed, is_active from data_keys order by organisation_id, id"),
            params![],
        )
        .await?;
    rows.iter().map(data_key).collect()
}

/// The data key that seals new secrets.
pub(super) async fn active_data_key(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Option<DataKey>> {
    let row = tx
        .fetch_optional(
            sql!("select organisation_id, id, master_id, sealed, is_active from data_keys where organisation_id = $1 and is_active = $2"),
            params![organisation, true],
        )
        .await?;
    row.as_ref().map(data_key).transpose()
}

/// The data key of this name.
pub(super) async fn data_key_of(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: &str,
) -> Result<Option<DataKey>> {
    let row = tx
        .fetch_optional(
            sql!("select organisation_id, id, master_id, sealed, is_active from data_keys where organisation_id = $1 and id = $2"),
            params![organisation, id],
        )
        .await?;
    row.as_ref().map(data_key).transpose()
}

fn data_key(row: &Row) -> Result<DataKey> {
    Ok(DataKey {
        organisation: row.get("organisation_id")?,
        id: row.get("id")?,
        master_id: row.get("master_id")?,
        sealed: row.get("sealed")?,
        is_active: row.get("is_active")?,
    })
}

/// Adds a data key that seals from now on.
pub(super) async fn insert_data_key(tx: &mut Tx, key: &DataKey, now: Timestamp) -> Result<()> {
    tx.execute(
        sql!("update data_keys set is_active = $2 where organisation_id = $1 and is_active <> $2"),
        params![key.organisation, false],
    )
    .await?;
    tx.execute(
        sql!("insert into data_keys (organisation_id, id, master_id, sealed, is_active, created_at) values ($1, $2, $3, $4, $5, $6)"),
        params![key.organisation, &key.id, &key.master_id, &key.sealed, true, now],
    )
    .await?;
    Ok(())
}

/// Seals a data key anew with another master key, unless somebody else has done it.
pub(super) async fn reseal_data_key(tx: &mut Tx, old: &DataKey, new: &DataKey) -> Result<()> {
    tx.execute(
        sql!("update data_keys set master_id = $3, sealed = $4 where organisation_id = $1 and id = $2 and master_id = $5"),
        params![old.organisation, &old.id, &new.master_id, &new.sealed, &old.master_id],
    )
    .await?;
    Ok(())
}

/// Deletes the data keys that neither seal nor are needed to open; says how many.
pub(super) async fn delete_spent_data_keys(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<u64> {
    tx.execute(
        sql!("delete from data_keys where organisation_id = $1 and is_active <> $2 and not exists (select 1 from secrets s where s.organisation_id = $1 and s.key_id = data_keys.id and s.kept_in = 'database')"),
        params![organisation, true],
    )
    .await
}

/// Holds the data key until the transaction ends; `false` when it seals no more.
pub(super) async fn hold_data_key(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: &str,
) -> Result<bool> {
    let held = tx
        .execute(
            sql!("update data_keys set is_active = $3 where organisation_id = $1 and id = $2 and is_active = $3"),
            params![organisation, id, true],
        )
        .await?;
    Ok(held == 1)
}

/// Writes what is known about a secret, over what was there.
pub(super) async fn write(
    tx: &mut Tx,
    place: &Place,
    kept: &Kept,
    hint: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        sql!("insert into secrets (organisation_id, table_name, row_id, field, kept_in, key_id, kept, hint, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict (organisation_id, table_name, row_id, field) do update set kept_in = excluded.kept_in, key_id = excluded.key_id, kept = excluded.kept, hint = excluded.hint, updated_at = excluded.updated_at"),
        params![
            place.organisation, &place.table, &place.row, &place.field, &kept.kept_in,
            &kept.key_id, &kept.kept, hint, now
        ],
    )
    .await?;
    Ok(())
}

/// Replaces a sealed text by the same secret sealed with another key, if nobody changed it.
pub(super) async fn replace(
    tx: &mut Tx,
    place: &Place,
    (old, new): (&Kept, &Kept),
    now: Timestamp,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update secrets set key_id = $5, kept = $6, updated_at = $7 where organisation_id = $1 and table_name = $2 and row_id = $3 and field = $4 and key_id = $8 and kept = $9"),
            params![
                place.organisation, &place.table, &place.row, &place.field, &new.key_id, &new.kept,
                now, &old.key_id, &old.kept
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// What is known about a secret.
pub(super) async fn find(tx: &mut Tx, place: &Place) -> Result<Option<Kept>> {
    let row = tx
        .fetch_optional(
            sql!("select kept_in, key_id, kept from secrets where organisation_id = $1 and table_name = $2 and row_id = $3 and field = $4"),
            params![place.organisation, &place.table, &place.row, &place.field],
        )
        .await?;
    row.as_ref().map(kept).transpose()
}

/// The last letters of each secret of a table, by its row's id.
pub(super) async fn hints(
    tx: &mut Tx,
    organisation: OrganisationId,
    table: &str,
    field: &str,
) -> Result<Vec<(String, String)>> {
    let rows = tx
        .fetch_all(
            sql!("select row_id, hint from secrets where organisation_id = $1 and table_name = $2 and field = $3"),
            params![organisation, table, field],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("row_id")?, row.get("hint")?))).collect()
}

/// Forgets a secret.
pub(super) async fn delete(tx: &mut Tx, place: &Place) -> Result<()> {
    tx.execute(
        sql!("delete from secrets where organisation_id = $1 and table_name = $2 and row_id = $3 and field = $4"),
        params![place.organisation, &place.table, &place.row, &place.field],
    )
    .await?;
    Ok(())
}

/// Some secrets that are sealed with another key than this one.
pub(super) async fn sealed_otherwise(
    tx: &mut Tx,
    organisation: OrganisationId,
    key_id: &str,
    most: i64,
) -> Result<Vec<(Place, Kept)>> {
    let rows = tx
        .fetch_all(
            sql!("select organisation_id, table_name, row_id, field, kept_in, key_id, kept from secrets where organisation_id = $1 and kept_in = 'database' and key_id <> $2 order by table_name, row_id, field limit $3"),
            params![organisation, key_id, most],
        )
        .await?;
    let read = |row: &Row| {
        let place = Place {
            organisation: row.get("organisation_id")?,
            table: row.get("table_name")?,
            row: row.get("row_id")?,
            field: row.get("field")?,
        };
        Ok((place, kept(row)?))
    };
    rows.iter().map(read).collect()
}

/// How many secrets are kept where, with which key.
pub(super) async fn counts(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Vec<(String, i64)>> {
    let rows = tx
        .fetch_all(
            sql!("select kept_in, count(*) as n from secrets where organisation_id = $1 group by kept_in order by kept_in"),
            params![organisation],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("kept_in")?, row.get("n")?))).collect()
}

fn kept(row: &Row) -> Result<Kept> {
    Ok(Kept { kept_in: row.get("kept_in")?, key_id: row.get("key_id")?, kept: row.get("kept")? })
}
