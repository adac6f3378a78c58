//! Reading single rows without a transaction.

use futures::FutureExt as _;
use futures::future::join_all;
use store::{Db, Kind, params, sql};

use super::commit::{put, write};

/// What eight glances at once see: more than connections rest.
async fn seen(db: &Db) -> Vec<i64> {
    let glances = (0..8).map(async |_| {
        let mut tx = db.glance().await.unwrap();
        let row = tx
            .fetch_one(sql!("select count(*) as seen from login_attempts"), params![])
            .await
            .unwrap();
        row.get::<i64>("seen").unwrap()
    });
    join_all(glances).await
}

store::both_databases! {
    async fn a_glance_sees_what_was_committed_before_it(db: Db) {
        for count in 1..=20_i64 {
            write(&db, format!("name {count}")).await.unwrap();
            assert_eq!(seen(&db).await, [count; 8]);
        }
    }

    async fn who_left_before_there_was_a_connection_is_not_waited_for(db: Db) {
        let most = match db.kind() {
            Kind::Sqlite => 4,
            Kind::Postgres => 10,
        };
        let held = join_all((0..most).map(async |_| db.read().await.unwrap())).await;
        let tasks = tokio::runtime::Handle::current().metrics();
        let before = tasks.num_alive_tasks();
        for _ in 0..100 {
            assert!(db.read().now_or_never().is_none(), "there is a connection more");
        }
        let now = tasks.num_alive_tasks();
        assert!(now < before + 50, "{before} tasks became {now}");
        drop(held);
        assert_eq!(seen(&db).await, [0; 8]);
    }

    async fn nobody_sees_the_moment_of_a_reader_who_left_at_its_beginning(db: Db) {
        for count in 1..=20_i64 {
            for _ in 0..4 {
                drop(db.read().now_or_never());
            }
            write(&db, format!("name {count}")).await.unwrap();
            assert_eq!(seen(&db).await, [count; 8]);
        }
    }

    async fn a_glance_writes_nothing(db: Db) {
        let mut tx = db.glance().await.unwrap();
        put(&mut tx, "somebody").await.unwrap_err();
        drop(tx);
        // the connection that refused is as good as before
        write(&db, "another".to_owned()).await.unwrap();
        let mut tx = db.glance().await.unwrap();
        let row = tx.fetch_one(sql!("select subject from login_attempts"), params![]).await.unwrap();
        assert_eq!(row.get::<String>("subject").unwrap(), "another");
    }
}
