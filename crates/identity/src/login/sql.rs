//! The table of attempts to sign in. It has no organisation: it is asked before anyone
//! knows who is at the door, and holds only hashes of accounts and addresses.

use base::Timestamp;
use store::{Result, Tx, params, sql};

pub(super) async fn attempts(tx: &mut Tx, subject: &str) -> Result<Vec<Timestamp>> {
    let rows = tx
        .fetch_all(
            sql!("select at from login_attempts where subject = $1 order by at"),
            params![subject],
        )
        .await?;
    rows.iter().map(|row| row.get("at")).collect()
}

pub(super) async fn insert(tx: &mut Tx, subject: &str, at: Timestamp) -> Result<()> {
    tx.execute(
        sql!("insert into login_attempts (subject, at) values ($1, $2)"),
        params![subject, at],
    )
    .await?;
    Ok(())
}

/// Forgets attempts that no rule looks at any more.
pub(super) async fn forget_before(tx: &mut Tx, at: Timestamp) -> Result<()> {
    tx.execute(sql!("delete from login_attempts where at <= $1"), params![at]).await?;
    Ok(())
}

/// Forgets all attempts on a subject.
pub(super) async fn forget(tx: &mut Tx, subject: &str) -> Result<()> {
    tx.execute(sql!("delete from login_attempts where subject = $1"), params![subject]).await?;
    Ok(())
}

/// Forgets the attempts on a subject of one moment.
pub(super) async fn forget_at(tx: &mut Tx, subject: &str, at: Timestamp) -> Result<()> {
    tx.execute(
        sql!("delete from login_attempts where subject = $1 and at = $2"),
        params![subject, at],
    )
    .await?;
    Ok(())
}
