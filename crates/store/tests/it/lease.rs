//! R9: what a wrong clock of a server can do to the engine role.

use std::time::Duration;

use base::Timestamp;
use store::lease::{self, Lease};
use store::{Db, both_databases};

const HOUR: i64 = 3_600_000;

async fn acquire(db: &Db, holder: &'static str, now: Timestamp) -> Option<Lease> {
    db.write(move |tx| Box::pin(async move { lease::acquire(tx, holder, now).await }))
        .await
        .unwrap()
}

async fn renew(db: &Db, lease: &Lease, now: Timestamp) {
    let lease = lease.clone();
    db.write(move |tx| Box::pin(async move { lease::renew(tx, &lease, now).await })).await.unwrap();
}

/// When the lease ends, in milliseconds.
async fn end(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row =
        tx.fetch_one(store::sql!("select expires_at from engine_lease"), store::params![]).await;
    row.unwrap().get("expires_at").unwrap()
}

async fn set_end(db: &Db, end: i64) {
    let set = db.write(move |tx| {
        Box::pin(async move {
            let set = store::sql!("update engine_lease set expires_at = $1");
            tx.execute(set, store::params![end]).await
        })
    });
    set.await.unwrap();
}

fn later(now: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_millis(now.as_millis() + ms)
}

#[tokio::test]
async fn on_postgres_the_clocks_of_servers_do_not_matter() {
    let test = store::testing::postgres().await;
    let db = &test.db;
    let now = store::testing::test_time();
    for jump in [-24 * HOUR, -HOUR, -600_000, 600_000, HOUR, 24 * HOUR, 10_000 * HOUR] {
        set_end(db, 0).await;
        let held = acquire(db, "one", now).await.expect("it is free");
        assert_eq!(acquire(db, "two", later(now, jump)).await, None, "taken by {jump} ms");
        renew(db, &held, later(now, jump)).await;
        assert_eq!(acquire(db, "two", now).await, None, "lost by {jump} ms");
        assert_eq!(acquire(db, "two", later(now, jump)).await, None, "lost by {jump} ms");
    }
}

#[tokio::test]
async fn on_postgres_the_lease_ends_by_the_clock_of_the_database() {
    let test = store::testing::postgres().await;
    let db = &test.db;
    let now = store::testing::test_time();
    acquire(db, "one", later(now, 10_000 * HOUR)).await.expect("it is free");
    // What is left of it goes by in the database; the servers' clocks stand still.
    let rest = Duration::from_secs(1);
    set_end(db, end(db).await - lease::TTL_MS + 1000).await;
    assert_eq!(acquire(db, "two", now).await, None);
    tokio::time::sleep(rest + Duration::from_millis(100)).await;
    let taken = acquire(db, "two", now).await.expect("it has run out");
    assert_eq!((taken.epoch, taken.is_takeover), (2, true));
}

both_databases! {
    async fn a_clock_that_was_set_back_leaves_no_long_lease(db: Db) {
        let now = store::testing::test_time();
        acquire(&db, "one", now).await.expect("it is free");
        let held = end(&db).await;
        set_end(&db, held + 24 * HOUR).await;
        assert_eq!(acquire(&db, "two", now).await, None);
        // PostgreSQL's clock goes on during the test.
        assert!((held..held + 60_000).contains(&end(&db).await), "{held} {}", end(&db).await);
    }
}
