//! Statements for many rows, and the connection that writes them.

use store::lease::{self, Lease};
use store::{Db, Error, Rows, params, sql};

use super::commit::{names, write};
use super::same;

store::both_databases! {
    async fn many_rows_are_written_by_few_statements(db: Db) {
        let written = db.write::<_, Error, _>(|tx| Box::pin(async move {
            let mut rows = Rows::default();
            for number in 0..1100_i64 {
                rows.push(params![format!("name {number:04}"), number]);
            }
            tx.execute_rows(sql!("insert into counters (name, value) values ($1, $2)"), rows).await
        }));
        assert_eq!(written.await.unwrap(), 1100);
        let mut tx = db.read().await.unwrap();
        let sum = tx.fetch_one(same("select cast(sum(value) as bigint) as sum from counters where name like 'name %'"), params![]).await;
        assert_eq!(sum.unwrap().get::<i64>("sum").unwrap(), 1099 * 1100 / 2);
    }

    async fn rows_that_exist_are_left_alone_or_changed(db: Db) {
        let outcome = db.write::<_, Error, _>(|tx| Box::pin(async move {
            let rows = |from: i64, to: i64| {
                let mut rows = Rows::default();
                (from..to).for_each(|number| rows.push(params![format!("name {number}"), number * 10]));
                rows
            };
            tx.execute_rows(same("insert into counters (name, value) values ($1, $2)"), rows(0, 3)).await?;
            let made = tx.fetch_rows(
                same("insert into counters (name, value) values ($1, $2) on conflict do nothing returning name"),
                rows(1, 5),
            ).await?;
            let changed = tx.execute_rows(
                same("update counters set value = new.column2 + 1 from (values ($1, cast($2 as bigint))) as new where name = new.column1"),
                rows(0, 9),
            ).await?;
            let made: Vec<String> = made.iter().map(|row| row.get("name")).collect::<Result<_, _>>()?;
            Ok((made, changed))
        })).await;
        assert_eq!(outcome.unwrap(), (vec!["name 3".to_owned(), "name 4".to_owned()], 5));
    }
}

store::both_databases! {
    async fn who_lost_the_lease_writes_no_table(db: Db) {
        let now = store::testing::test_time();
        let sum = |db: Db| async move {
            let mut tx = db.read().await.unwrap();
            let row = tx.fetch_one(
                same("select (select count(*) from counters where name like 'more %') + (select cast(sum(value) as bigint) from counters where name = 'one') as sum"),
                params![],
            ).await;
            row.unwrap().get::<i64>("sum").unwrap()
        };
        db.write::<_, Error, _>(|tx| Box::pin(async move {
            tx.execute(same("insert into counters (name, value) values ('one', 1)"), params![]).await
        })).await.unwrap();
        let lease = db.write(move |tx| Box::pin(lease::acquire(tx, "me", now))).await.unwrap().unwrap();
        let go = |epoch: i64, rows: i64| {
            let lease = Lease { epoch, ..lease.clone() };
            let (mut made, mut changed) = (Rows::default(), Rows::default());
            (0..rows).for_each(|number| made.push(params![format!("more {number}"), number]));
            changed.push(params!["one", 100]);
            let parts = vec![
                (same("insert into counters (name, value) values ($1, $2)"), made),
                (same("update counters set value = value + new.column2 from (values ($1, cast($2 as bigint))) as new where name = new.column1"), changed),
            ];
            db.write(move |tx| Box::pin(async move { lease::write(tx, &lease, parts).await }))
        };
        let epoch = lease.epoch;
        assert!(matches!(go(epoch - 1, 700).await, Err(Error::Fenced { ours, current }) if (ours, current) == (epoch - 1, epoch)));
        assert_eq!(sum(db.clone()).await, 1);
        // more rows than one statement takes
        go(epoch, 700).await.unwrap();
        assert_eq!(sum(db.clone()).await, 1 + 700 + 100);
        let nothing = db.write(move |tx| Box::pin(async move { lease::write(tx, &lease, Vec::new()).await }));
        nothing.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writing_connection_that_the_server_closed_is_replaced() {
    let test = store::testing::postgres().await;
    write(&test.db, "before".to_owned()).await.unwrap();
    let mut tx = test.db.read().await.unwrap();
    let closed = tx
        .fetch_all(
            same("select pg_terminate_backend(pid, 5000) as done from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and application_name = 'hishamos'"),
            params![],
        )
        .await
        .unwrap();
    assert!(!closed.is_empty());
    drop(tx);
    write(&test.db, "after".to_owned()).await.unwrap();
    assert_eq!(names(&test.db).await, ["after", "before"]);
}
