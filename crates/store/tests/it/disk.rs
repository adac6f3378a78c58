//! Disks that are full, and disks that fail.

use store::{Db, Error, Kind, Sql, Tx, params, sql};

use super::commit::{names, put, write};
use super::{child, same};

/// 200 kB: more than the few pages that a database just made has left.
fn big(name: &str) -> String {
    format!("{name} {}", "x".repeat(200_000))
}

const PAGES: Sql =
    Sql { sqlite: "pragma page_count", postgres: "select cast(1 as BIGINT) as page_count" };

/// Leaves the database a few pages. PostgreSQL has no such limit; there [`fill`] raises
/// the error that the server gives.
async fn leave_little_room(db: &Db) {
    db.write::<_, Error, _>(|tx| {
        Box::pin(async move {
            let pages: i64 = tx.fetch_one(PAGES, params![]).await?.get("page_count")?;
            if tx.kind() == Kind::Sqlite {
                let limit = format!("pragma max_page_count = {}", pages + 8);
                tx.execute(same(limit.leak()), params![]).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

async fn fill(tx: &mut Tx, name: &str) -> Result<(), Error> {
    match tx.kind() {
        Kind::Sqlite => put(tx, &big(name)).await,
        Kind::Postgres => {
            put(tx, name).await?;
            tx.execute(
                same("do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$"),
                params![],
            )
            .await
            .map(drop)
        }
    }
}

store::both_databases! {
    async fn a_full_disk_is_said_loses_nothing_and_passes(db: Db) {
        write(&db, "before".to_owned()).await.unwrap();
        leave_little_room(&db).await;
        let full = db.write(|tx| Box::pin(fill(tx, "too much"))).await;
        assert!(matches!(full, Err(Error::DiskFull)), "{full:?}");
        assert_eq!(names(&db).await, ["before"]);
        // Several at once: whoever shared the transaction is told, the others are kept.
        leave_little_room(&db).await;
        let (first, full, last) = tokio::join!(
            write(&db, "first".to_owned()),
            db.write(|tx| Box::pin(fill(tx, "too much"))),
            write(&db, "last".to_owned()),
        );
        assert!(matches!(full, Err(Error::DiskFull)), "{full:?}");
        let mut expected = vec!["before"];
        for (answer, name) in [(first, "first"), (last, "last")] {
            match answer {
                Ok(()) => expected.push(name),
                Err(error) => assert!(matches!(error, Error::DiskFull), "{error:?}"),
            }
        }
        assert_eq!(names(&db).await, expected, "what was acknowledged is there, the rest is not");
        db.write::<_, Error, _>(|tx| Box::pin(async move {
            if tx.kind() == Kind::Sqlite {
                tx.execute(same("pragma max_page_count = 1000000"), params![]).await?;
            }
            put(tx, &big("room again")).await
        })).await.unwrap();
        assert_eq!(names(&db).await.len(), expected.len() + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_disk_stops_all_writing_sqlite() {
    if let Some(target) = child::order() {
        let db = Db::connect(&target).await.unwrap();
        let mut written = 0;
        let error = loop {
            match write(&db, big(&format!("{written:04}"))).await {
                Ok(()) => written += 1,
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("the disk failed"), "{error}");
        child::say(&written.to_string());
        // A small write would fit, but the disk is not trusted any more.
        let again = write(&db, "small".to_owned()).await.unwrap_err();
        assert!(again.to_string().contains("the disk failed"), "{again}");
        assert!(db.failed().await.contains("the disk failed"));
        db.close().await;
        return;
    }
    let test = store::testing::sqlite().await;
    test.db.close().await;
    // A limit on the size of files makes `write` fail with an error that is not "no space".
    let limit = "trap '' XFSZ; ulimit -f 8000;";
    let name = "disk::a_failing_disk_stops_all_writing_sqlite";
    let mut running = child::start(name, &test.target, limit);
    let written: usize = running.hear().unwrap().parse().unwrap();
    assert!(running.ended_well());
    let kept = names(&test.reopen().await).await;
    assert!(written > 0);
    assert_eq!(kept.len(), written, "what was acknowledged before is there");
}

#[tokio::test]
async fn a_failing_disk_stops_all_writing_postgres() {
    let test = store::testing::postgres().await;
    let db = &test.db;
    write(db, "before".to_owned()).await.unwrap();
    let io =
        same("do $$ begin raise exception 'could not fsync file' using errcode = '58030'; end $$");
    let failed = db
        .write::<_, Error, _>(move |tx| Box::pin(async move { tx.execute(io, params![]).await }))
        .await;
    assert!(failed.is_err());
    let reason = db.failed().await;
    assert!(reason.contains("could not fsync file"), "{reason}");
    let after = write(db, "after".to_owned()).await.unwrap_err();
    assert!(after.to_string().contains("the disk failed"), "{after}");
    assert_eq!(names(&test.reopen().await).await, ["before"]);
}

#[tokio::test]
async fn a_lost_connection_is_said_and_the_next_write_works() {
    let test = store::testing::postgres().await;
    let db = &test.db;
    let lost = db
        .write::<_, Error, _>(|tx| {
            Box::pin(async move {
                put(tx, "lost").await?;
                tx.execute(same("select pg_terminate_backend(pg_backend_pid())"), params![]).await
            })
        })
        .await;
    assert!(lost.is_err());
    write(db, "next".to_owned()).await.unwrap();
    assert_eq!(names(db).await, ["next"]);
    let count = sql!("select count(*) as n from login_attempts");
    let mut tx = db.read().await.unwrap();
    assert_eq!(tx.fetch_one(count, params![]).await.unwrap().get::<i64>("n").unwrap(), 1);
}
