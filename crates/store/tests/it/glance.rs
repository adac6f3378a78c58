//! Reading single rows without a transaction.

use futures::FutureExt as _;
use futures::future::join_all;
use store::{Db, params, sql};

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
