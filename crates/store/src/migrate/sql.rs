//! The bookkeeping of applied migrations.

use base::Timestamp;

use super::{Applied, Migration};
use crate::{Result, Tx, params, sql};

/// Makes this transaction the only migrator. SQLite's writer is alone already.
pub(super) async fn lock(tx: &mut Tx) -> Result<()> {
    tx.fetch_all(
        sql!(sqlite: "select 1 as locked", postgres: "select 1 as locked from pg_advisory_xact_lock(5208511236457)"),
        params![],
    )
    .await?;
    Ok(())
}

pub(super) async fn create_table(tx: &mut Tx) -> Result<()> {
    tx.execute(
        sql!("create table if not exists schema_migrations (number BIGINT not null primary key, name TEXT not null, product_version TEXT not null, checksum TEXT not null, applied_at BIGINT not null)"),
        params![],
    )
    .await?;
    Ok(())
}

/// Whether a table is there.
pub(super) async fn has_table(tx: &mut Tx, name: &str) -> Result<bool> {
    let row = tx
        .fetch_one(
            sql!(sqlite: "select count(*) as tables from sqlite_master where type = 'table' and name = $1", postgres: "select count(*) as tables from information_schema.tables where table_schema = current_schema() and table_name = $1"),
            params![name],
        )
        .await?;
    Ok(row.get::<i64>("tables")? > 0)
}

/// The applied migrations in order; none when the bookkeeping table is not there yet.
pub(super) async fn applied(tx: &mut Tx) -> Result<Vec<Applied>> {
    if !has_table(tx, "schema_migrations").await? {
        return Ok(Vec::new());
    }
    let rows = tx
        .fetch_all(
            sql!("select number, name, product_version, checksum, applied_at from schema_migrations order by number"),
            params![],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Applied {
                number: row.get("number")?,
                name: row.get("name")?,
                version: row.get("product_version")?,
                checksum: row.get("checksum")?,
                at: row.get("applied_at")?,
            })
        })
        .collect()
}

pub(super) async fn insert(tx: &mut Tx, migration: &Migration, now: Timestamp) -> Result<()> {
    tx.execute(
        sql!("insert into schema_migrations (number, name, product_version, checksum, applied_at) values ($1, $2, $3, $4, $5)"),
        params![
            migration.number,
            migration.name,
            migration.version.to_string(),
            migration.checksum(),
            now
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Tx, migration: &Migration) -> Result<()> {
    tx.execute(sql!("delete from schema_migrations where number = $1"), params![migration.number])
        .await?;
    Ok(())
}

/// How many rows a table has; with a column, how many have a value in it. Both names come
/// from our own migration files.
pub(super) async fn count(tx: &mut Tx, table: &str, column: Option<&str>) -> Result<i64> {
    let text = format!("select count({}) as rows_found from {table}", column.unwrap_or("*"));
    let rows = tx.fetch_composed(text, params![]).await?;
    rows.first().map_or(Ok(0), |row| row.get("rows_found"))
}
