//! All looks, one after the other, in one snapshot.

use super::finding::{Finding, RESTORE};
use super::{scan, sql, tables};
use crate::trouble::Trouble;
use crate::{Db, Error, Kind, Result, Tx};

/// How many findings of one kind are listed: more of the same would only fill the memory.
pub(super) const LIMIT: i64 = 100;

/// Checks the whole database; nothing is changed. Each kind of problem is listed at most
/// 100 times a table.
pub async fn run(db: &Db) -> Result<Vec<Finding>> {
    let mut tx = db.read().await?;
    sql::snapshot(&mut tx).await?;
    let mut findings = Vec::new();
    match looks(&mut tx, &mut findings).await {
        Ok(()) => Ok(findings),
        // Damage makes looks fail: that is what was looked for, and what was found before counts.
        Err(error) if !findings.is_empty() || is_damage(&error) => {
            let problem = format!("the check could not go on: {error}");
            findings.push(Finding::new("database", String::new(), problem, RESTORE));
            Ok(findings)
        }
        Err(error) => Err(error),
    }
}

fn is_damage(error: &Error) -> bool {
    matches!(error, Error::Database(driver) if matches!(Trouble::of(driver), Some(Trouble::Disk(_))))
}

async fn looks(tx: &mut Tx, findings: &mut Vec<Finding>) -> Result<()> {
    match tx.kind() {
        Kind::Sqlite => {
            findings.extend(sql::sqlite_integrity(tx).await?);
            findings.extend(sql::sqlite_foreign_keys(tx).await?);
        }
        Kind::Postgres => {
            findings.extend(sql::postgres_integrity(tx).await?);
            findings.extend(sql::postgres_foreign_keys(tx).await?);
        }
    }
    for rule in sql::RULES {
        findings.extend(sql::broken(tx, rule).await?);
    }
    for table in tables::TABLES {
        scan::table(tx, table, findings).await?;
    }
    Ok(())
}
