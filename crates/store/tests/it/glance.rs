//! Reading single rows without a transaction.

use futures::future::join_all;
use store::{params, sql};

use super::commit::{put, write};

store::both_databases! {
    async fn a_glance_sees_what_was_committed_before_it(db: Db) {
        for count in 1..=20_i64 {
            write(&db, format!("name {count}")).await.unwrap();
            // more at once than connections rest
            let seen = join_all((0..8).map(async |_| {
                let mut tx = db.glance().await.unwrap();
                let row = tx
                    .fetch_one(sql!("select count(*) as seen from login_attempts"), params![])
                    .await
                    .unwrap();
                row.get::<i64>("seen").unwrap()
            }));
            assert_eq!(seen.await, [count; 8]);
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
