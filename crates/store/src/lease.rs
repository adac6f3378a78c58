//! The engine role: one active engine per database. The row's epoch grows with every
//! take-over and every engine write checks it, so a stale process cannot write.
//!
//! On PostgreSQL, which several servers share, the lease's age goes by the database's own
//! clock: a server whose clock is wrong neither takes the role nor loses it by that. SQLite
//! has one process and goes by the time that it is given.

use base::Timestamp;

use crate::{Error, Kind, Result, Rows, Sql, Tx, params, sql};

/// How long a holder that says nothing keeps the role.
pub const TTL_MS: i64 = 15_000;

/// The proof of holding the engine role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who holds it: a random name of the process.
    pub holder: String,
    /// Which take-over this is; only grows.
    pub epoch: i64,
    /// Whether the holder before did not give the role back, so that it died.
    pub is_takeover: bool,
}

/// Takes the role when it is free, expired, or already ours; `None` while another holds it.
pub async fn acquire(tx: &mut Tx, holder: &str, now: Timestamp) -> Result<Option<Lease>> {
    let before = tx
        .fetch_one(
            sql!(sqlite: "select expires_at from engine_lease where id = 1", postgres: "select expires_at from engine_lease where id = 1 for update"),
            params![],
        )
        .await?;
    let before: i64 = before.get("expires_at")?;
    let now = clock(tx, now).await?;
    let end = now.as_millis() + TTL_MS;
    if before > end {
        // Only a clock that was set back leaves so much; the holder, if it lives, renews.
        tx.execute(sql!("update engine_lease set expires_at = $1 where id = 1"), params![end])
            .await?;
    }
    let row = tx
        .fetch_optional(
            sql!("update engine_lease set holder = $1, epoch = epoch + 1, expires_at = $2 where id = 1 and (holder = $1 or expires_at < $3) returning epoch"),
            params![holder, end, now],
        )
        .await?;
    let is_takeover = before != 0;
    row.map(|row| Ok(Lease { holder: holder.to_owned(), epoch: row.get("epoch")?, is_takeover }))
        .transpose()
}

/// Who holds the role and has renewed it within [`TTL_MS`]; `None` when it is free or expired.
pub async fn holder(tx: &mut Tx, now: Timestamp) -> Result<Option<String>> {
    let now = clock(tx, now).await?;
    let row = tx
        .fetch_optional(
            sql!("select holder from engine_lease where id = 1 and expires_at >= $1"),
            params![now],
        )
        .await?;
    row.map(|row| row.get("holder")).transpose()
}

/// Keeps the role for another [`TTL_MS`]; an error when it was lost.
pub async fn renew(tx: &mut Tx, lease: &Lease, now: Timestamp) -> Result<()> {
    let now = clock(tx, now).await?;
    let changed = tx
        .execute(
            sql!("update engine_lease set expires_at = $1 where id = 1 and epoch = $2"),
            params![now.as_millis() + TTL_MS, lease.epoch],
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(fenced(tx, lease).await?) }
}

/// Fails unless `lease` is still the current one; part of every engine transaction.
pub async fn check(tx: &mut Tx, lease: &Lease) -> Result<()> {
    let row = tx
        .fetch_one(
            sql!(sqlite: "select epoch from engine_lease where id = 1", postgres: "select epoch from engine_lease where id = 1 for share"),
            params![],
        )
        .await?;
    let current: i64 = row.get("epoch")?;
    if current == lease.epoch { Ok(()) } else { Err(Error::Fenced { ours: lease.epoch, current }) }
}

/// Writes the rows of several tables, each by a statement for one row, unless `lease` is no
/// longer the current one; on PostgreSQL in one round trip. Each table is written by one part.
pub async fn write(tx: &mut Tx, lease: &Lease, parts: Vec<(Sql, Rows)>) -> Result<()> {
    write_guarded(tx, lease, parts, false).await
}

/// The same as the last thing that a job does: on PostgreSQL, where nothing else goes into its
/// transaction, it is durable with that one round trip, and the job cannot take it back any
/// more. An error of it is then that of a commit.
pub async fn write_all(tx: &mut Tx, lease: &Lease, parts: Vec<(Sql, Rows)>) -> Result<()> {
    write_guarded(tx, lease, parts, true).await
}

async fn write_guarded(
    tx: &mut Tx,
    lease: &Lease,
    parts: Vec<(Sql, Rows)>,
    is_last: bool,
) -> Result<()> {
    let guard = sql!(sqlite: "select epoch as value from engine_lease where id = 1", postgres: "select epoch as value from engine_lease where id = 1 for share");
    let current = tx.execute_together(guard, lease.epoch, parts, is_last).await?;
    if current == lease.epoch { Ok(()) } else { Err(Error::Fenced { ours: lease.epoch, current }) }
}

/// Gives the role back, so that the next process need not wait for it to expire.
pub async fn release(tx: &mut Tx, lease: &Lease) -> Result<()> {
    tx.execute(
        sql!("update engine_lease set expires_at = 0 where id = 1 and epoch = $1"),
        params![lease.epoch],
    )
    .await?;
    Ok(())
}

/// The time by which the lease ages; `ours` is the asking server's.
async fn clock(tx: &mut Tx, ours: Timestamp) -> Result<Timestamp> {
    if tx.kind() == Kind::Sqlite {
        return Ok(ours);
    }
    let row = tx
        .fetch_one(
            sql!(sqlite: "select 0 as now", postgres: "select (extract(epoch from clock_timestamp()) * 1000)::bigint as now"),
            params![],
        )
        .await?;
    Ok(Timestamp::from_millis(row.get("now")?))
}

async fn fenced(tx: &mut Tx, lease: &Lease) -> Result<Error> {
    let row = tx.fetch_one(sql!("select epoch from engine_lease where id = 1"), params![]).await?;
    Ok(Error::Fenced { ours: lease.epoch, current: row.get("epoch")? })
}
