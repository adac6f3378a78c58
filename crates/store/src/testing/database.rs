//! A database for one test.

use std::fmt;

use base::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::migrate::{SHIPPED, hex};
use crate::{Db, Target};

/// A fresh, migrated database; dropping it removes it.
pub struct TestDb {
    /// The open database.
    pub db: Db,
    /// Where it is, to open it a second time.
    pub target: Target,
    /// What removes it.
    pub(super) remove: Remove,
}

/// What has to go when the test is over.
pub(super) enum Remove {
    Folder(#[expect(dead_code, reason = "dropping it removes the folder")] tempfile::TempDir),
    Database { server: String, name: String },
}

impl fmt::Debug for TestDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestDb").field(&self.target).finish()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Remove::Database { server, name } = &self.remove {
            super::postgres::remove(server, name);
        }
    }
}

impl TestDb {
    /// A second, independent connection to the same database: what another process sees.
    pub async fn reopen(&self) -> Db {
        Db::connect(&self.target).await.expect("the test database opens again")
    }
}

/// A fresh SQLite database: a file in WAL mode with `synchronous = FULL`, as in production.
pub async fn sqlite() -> TestDb {
    super::sqlite::create().await
}

/// A fresh PostgreSQL database.
pub async fn postgres() -> TestDb {
    super::postgres::create().await
}

/// A fixed time for rows that need one: 2026-01-01T00:00:00Z.
pub const fn test_time() -> Timestamp {
    Timestamp::from_millis(1_767_225_600_000)
}

/// Names the schema: a template database is made once for each.
pub(super) fn schema_hash() -> String {
    let mut hash = Sha256::new();
    for migration in SHIPPED.0 {
        hash.update(migration.checksum());
    }
    hex(&hash.finalize()[..8])
}

/// A name that no other test has.
pub(super) fn unique(prefix: &str) -> String {
    let mut bytes = [0_u8; 8];
    base::Random::fill(&base::OsRandom, &mut bytes);
    format!("{prefix}{:016x}", u64::from_le_bytes(bytes))
}

/// The user id of this process, to keep users of one machine apart.
pub(super) fn user_id() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").map_or(0, |found| found.uid())
}
