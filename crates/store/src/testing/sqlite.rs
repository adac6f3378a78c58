//! SQLite test databases: copies of a file that was migrated once for each schema.

use std::fs;
use std::path::PathBuf;

use super::TestDb;
use super::database::{Remove, schema_hash, test_time, unique, user_id};
use crate::{Db, Target, migrate};

pub(super) async fn create() -> TestDb {
    let template = template().await;
    let folder = tempfile::Builder::new()
        .prefix("hishamos-test-")
        .tempdir()
        .expect("a folder for the test database");
    let path = folder.path().join("hishamos.db");
    fs::copy(&template, &path).expect("the migrated template can be copied");
    let target = Target::Sqlite { path };
    let db = Db::connect(&target).await.expect("the test database opens");
    TestDb { db, target, remove: Remove::Folder(folder) }
}

/// Test processes share it: each test has a process of its own under nextest. It appears
/// by a rename, so it is whole when it is there.
async fn template() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("hishamos-test-sqlite-{}", user_id()));
    let path = folder.join(format!("{}.db", schema_hash()));
    if path.exists() {
        return path;
    }
    fs::create_dir_all(&folder).expect("a folder for the template database");
    let draft = folder.join(unique("draft-"));
    let db =
        Db::connect(&Target::Sqlite { path: draft.clone() }).await.expect("the template opens");
    migrate::upgrade(&db, test_time()).await.expect("the template migrates");
    db.close().await;
    fs::rename(&draft, &path).expect("the template gets its name");
    path
}
