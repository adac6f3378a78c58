//! The mark that the set-up is done.

use store::{Result, Tx, params, sql};

/// Puts the mark; false when it stood there before. Its primary key is what makes the
/// set-up happen once, also when two servers share a database.
pub(super) async fn mark_done(tx: &mut Tx) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("insert into counters (name, value) values ('setup', 1) on conflict do nothing"),
            params![],
        )
        .await?;
    Ok(changed == 1)
}
