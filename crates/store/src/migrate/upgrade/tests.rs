//! A migrator that is killed after any statement of any migration leaves a database from
//! which the next one comes to the same schema (reliability R33).

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::{Migration, Migrations, SHIPPED, Version, sql};
use crate::testing::{TestDb, test_time};
use crate::{Db, Error, Kind, Sql, Target, params};

/// A table, column, index or trigger a line.
const SCHEMA: Sql = Sql {
    sqlite: "select coalesce(sql, name) as line from sqlite_master order by name",
    postgres: "select table_name || '.' || column_name || ' ' || data_type as line from information_schema.columns where table_schema = current_schema() union all select indexdef from pg_indexes where schemaname = current_schema() union all select trigger_name || ' ' || event_manipulation || ' ' || event_object_table from information_schema.triggers where trigger_schema = current_schema() order by 1",
};

async fn schema(db: &Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let rows = tx.fetch_all(SCHEMA, params![]).await.unwrap();
    rows.iter().map(|row| row.get("line").unwrap()).collect()
}

/// A migration as far as each of its statements; the last part is the whole.
fn parts(migration: &Migration, kind: Kind) -> Vec<Migration> {
    let lines: Vec<&str> = migration.up.split_inclusive('\n').collect();
    let (mut parts, mut text): (Vec<Migration>, String) = (Vec::new(), String::new());
    for (at, line) in lines.iter().enumerate() {
        text.push_str(line);
        // a trigger ends with the line after its statements
        let goes_on = lines.get(at + 1).is_some_and(|next| next.starts_with("end"));
        if goes_on || line.starts_with("--") || !line.trim_end().ends_with(';') {
            continue;
        }
        let part = Migration { up: text.clone().leak(), ..*migration };
        // what is meant for the other kind of database is no statement on this one
        if parts.last().is_none_or(|last| last.up_on(kind) != part.up_on(kind)) {
            parts.push(part);
        }
    }
    parts
}

/// Runs a migration up to where its migrator is killed, before the commit. Gives what that
/// leaves on the disk, where the database is a file; else its connection ends.
async fn killed(test: &TestDb, list: Migrations) -> Option<tempfile::TempDir> {
    let left = tempfile::tempdir().unwrap();
    let (from, to) = (test.target.clone(), left.path().join("left.db"));
    let died = test.db.write::<(), Error, _>(move |tx| {
        Box::pin(async move {
            list.next_up(tx, list.newest(), test_time()).await?;
            match &from {
                Target::Sqlite { path } => {
                    for end in ["", "-wal"] {
                        let file = |path: &std::path::Path| format!("{}{end}", path.display());
                        std::fs::copy(file(path), file(&to)).unwrap();
                    }
                }
                Target::Postgres { .. } => {
                    tx.batch("select pg_terminate_backend(pg_backend_pid())".to_owned()).await?;
                }
            }
            Err(Error::Unreachable("it is killed".to_owned()))
        })
    });
    let died = died.await.unwrap_err();
    assert!(!matches!(died, Error::Migration(_)), "{died}");
    match test.db.kind() {
        Kind::Sqlite => Some(left),
        Kind::Postgres => {
            back(&test.db).await;
            None
        }
    }
}

/// Waits until the database can be written again.
async fn back(db: &Db) {
    for _ in 0..500 {
        let written = db.write::<_, Error, _>(|tx| Box::pin(async move { sql::lock(tx).await }));
        if written.await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the database does not come back");
}

crate::both_databases! {
    async fn killed_after_any_statement_the_next_one_comes_to_the_same(test: TestDb) {
        SHIPPED.downgrade(&test.db, Version::NONE, true).await.unwrap();
        let mut kills = 0;
        for (at, migration) in SHIPPED.0.iter().enumerate() {
            let with = |last: Migration| {
                let earlier = SHIPPED.0[..at].iter().copied();
                Migrations(Vec::leak(earlier.chain([last]).collect::<Vec<_>>()))
            };
            let (before, mut left) = (schema(&test.db).await, Vec::new());
            for part in parts(migration, test.db.kind()) {
                left.extend(killed(&test, with(part)).await);
                assert_eq!(schema(&test.db).await, before, "killed after\n{}", part.up);
                kills += 1;
            }
            let whole = with(*migration);
            whole.upgrade(&test.db, None, test_time()).await.unwrap();
            let after = schema(&test.db).await;
            assert_ne!(before, after);
            for folder in left {
                let path = folder.path().join("left.db");
                let db = Db::connect(&Target::Sqlite { path }).await.unwrap();
                assert_eq!(schema(&db).await, before);
                whole.upgrade(&db, None, test_time()).await.unwrap();
                assert_eq!(schema(&db).await, after);
                db.close().await;
            }
        }
        assert!(kills > 100, "{kills} statements");
    }
}
