//! A job that is one statement: PostgreSQL gets it by itself, without `begin` and `commit`, if
//! it has been heard of in the last milliseconds. On a busy machine that takes some tries.

use std::time::Duration;

use serde_json::json;
use store::lease::{self, Lease};
use store::outbox::{self, Draft};
use store::{Db, Error, Kind, Rows, Sql, params};
use tokio::sync::oneshot;

use super::commit::{names, put, together};
use super::same;

const NAMES: Sql = same("insert into login_attempts (subject, at) values ($1, 1)");
const COUNTERS: Sql = same("insert into counters (name, value) values ($1, 1)");
/// How often a statement is tried until it was sent by itself.
const TRIES: usize = 50;
/// What is said of a commit whose answer was lost.
const UNKNOWN: &str = "is unknown until it is read again";

fn rows<T: AsRef<str>>(names: &[T]) -> Rows {
    let mut rows = Rows::default();
    for name in names {
        rows.push(params![name.as_ref()]);
    }
    rows
}

async fn acquire(db: &Db) -> Lease {
    let now = store::testing::test_time();
    db.write(move |tx| Box::pin(lease::acquire(tx, "me", now))).await.unwrap().unwrap()
}

/// Lets the server be heard of.
async fn warm(db: &Db) {
    let asked = db.write::<_, Error, _>(|tx| {
        Box::pin(async move { tx.fetch_one(same("select 1 as one"), params![]).await.map(drop) })
    });
    asked.await.unwrap();
}

async fn write_all(db: &Db, lease: &Lease, parts: Vec<(Sql, Rows)>) -> Result<(), Error> {
    warm(db).await;
    let lease = lease.clone();
    db.write(move |tx| Box::pin(async move { lease::write_all(tx, &lease, parts).await })).await
}

store::both_databases! {
    async fn a_single_statement_shares_a_transaction_or_has_none(db: Db) {
        let lease = acquire(&db).await;
        // Whether it was durable before its job had ended.
        let go = |name: String| {
            let (lease, outside) = (lease.clone(), db.clone());
            db.write::<_, Error, _>(move |tx| Box::pin(async move {
                lease::write_all(tx, &lease, vec![(NAMES, rows(&[&name]))]).await?;
                Ok(names(&outside).await.contains(&name))
            }))
        };
        let mut was_durable = false;
        for n in 0..TRIES {
            was_durable |= go(format!("alone {n}")).await.unwrap();
        }
        assert_eq!(was_durable, db.kind() == Kind::Postgres);
        for was_durable in together(&db, vec![go("one".to_owned()), go("two".to_owned())]).await {
            assert!(!was_durable.unwrap());
        }
        assert_eq!(names(&db).await.len(), TRIES + 1 + 2);
    }

    async fn a_single_statement_is_kept_as_a_whole_and_by_the_holder_only(db: Db) {
        let lease = acquire(&db).await;
        let stale = Lease { epoch: lease.epoch - 1, ..lease.clone() };
        let fenced = write_all(&db, &stale, vec![(NAMES, rows(&["stale"]))]).await;
        assert!(
            matches!(fenced, Err(Error::Fenced { ours, current }) if (ours, current) == (stale.epoch, lease.epoch)),
            "{fenced:?}"
        );
        let half = vec![(NAMES, rows(&["half"])), (COUNTERS, rows(&["outbox"]))];
        let refused = write_all(&db, &lease, half).await;
        assert!(matches!(refused, Err(Error::Duplicate(_))), "{refused:?}");
        // More rows than one statement takes are several, in one transaction.
        let mut many: Vec<String> = (0..700).map(|n| format!("{n}")).collect();
        many.push("again".to_owned());
        let twice = vec![(COUNTERS, rows(&[many.clone(), many].concat()))];
        let refused = write_all(&db, &lease, twice).await;
        assert!(matches!(refused, Err(Error::Duplicate(_))), "{refused:?}");
        assert_eq!(names(&db).await, Vec::<String>::new());
        let mut tx = db.read().await.unwrap();
        let row = tx.fetch_one(same("select count(*) as n from counters where name = '0'"), params![]).await;
        assert_eq!(row.unwrap().get::<i64>("n").unwrap(), 0);
    }

    async fn events_of_a_single_statement_follow_those_before_it(db: Db) {
        let lease = acquire(&db).await;
        let stale = Lease { epoch: lease.epoch - 1, ..lease.clone() };
        let (organisation, now) = (base::OrganisationId::from_u128(1), store::testing::test_time());
        let drafts = ["one", "two"].map(|kind| Draft { topic: "t".to_owned(), kind, body: json!({ "is": kind }) });
        let all = || outbox::parts(drafts.iter().map(|draft| (organisation, draft)), now).unwrap();
        write_all(&db, &lease, all()).await.unwrap();
        write_all(&db, &stale, all()).await.unwrap_err();
        let mut parts = vec![(NAMES, rows(&["beside"]))];
        parts.extend(all());
        write_all(&db, &lease, parts).await.unwrap();
        let mut tx = db.read().await.unwrap();
        let told = outbox::after(&mut tx, organisation, "t", 0, 10).await.unwrap();
        let told: Vec<_> = told.iter().map(|event| (event.number, &*event.kind, event.body["is"].as_str().unwrap())).collect();
        assert_eq!(told, [(1, "one", "one"), (2, "two", "two"), (3, "one", "one"), (4, "two", "two")]);
        assert_eq!(outbox::position(&mut tx).await.unwrap(), 4);
        let many = vec![drafts[0].clone(); 513];
        assert!(outbox::parts(many.iter().map(|draft| (organisation, draft)), now).is_none());
        assert!(outbox::parts([].into_iter(), now).unwrap().is_empty());
    }
}

/// Ends the connection that waits for a row, as soon as one does.
async fn end_waiting(db: &Db) {
    let end = async {
        loop {
            let mut tx = db.read().await.unwrap();
            let text = "select pg_terminate_backend(pid) as done from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
            if !tx.fetch_all(same(text), params![]).await.unwrap().is_empty() {
                return;
            }
            drop(tx);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), end).await.expect("it waits for the row");
}

/// What is told of a statement whose connection ends while it waits for the lease's row.
async fn cut_off(db: &Db, other: &Db, lease: &Lease) -> Error {
    let (held, is_held) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let hold = other.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            let text = "select epoch from engine_lease where id = 1 for update";
            tx.fetch_one(same(text), params![]).await?;
            held.send(()).unwrap();
            may_go.await.unwrap();
            Ok(())
        })
    });
    let cut = async {
        is_held.await.unwrap();
        let statement = write_all(db, lease, vec![(NAMES, rows(&["cut off"]))]);
        let (answer, ()) = tokio::join!(statement, end_waiting(db));
        go.send(()).unwrap();
        answer
    };
    let (hold, answer) = tokio::join!(hold, cut);
    hold.unwrap();
    answer.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lost_answer_of_a_single_statement_is_that_of_a_commit() {
    let test = store::testing::postgres().await;
    let (db, other) = (&test.db, test.reopen().await);
    let lease = acquire(db).await;
    let mut told = cut_off(db, &other, &lease).await;
    for _ in 0..TRIES {
        // Of a statement in a transaction it is known that nothing was done.
        if !matches!(told, Error::Unreachable(_)) {
            break;
        }
        told = cut_off(db, &other, &lease).await;
    }
    assert!(matches!(&told, Error::WriterStopped(reason) if reason.ends_with(UNKNOWN)), "{told:?}");
    assert_eq!(names(db).await, Vec::<String>::new());
    write_all(db, &lease, vec![(NAMES, rows(&["after"]))]).await.unwrap();
    assert_eq!(names(db).await, ["after"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_its_job_did_not_wait_for_is_lost() {
    let test = store::testing::postgres().await;
    let db = &test.db;
    let lease = acquire(db).await;
    // From the second time on the statement is prepared, and is sent at once.
    write_all(db, &lease, vec![(NAMES, rows(&["before"]))]).await.unwrap();
    let mut told = Vec::new();
    for n in 0..TRIES {
        warm(db).await;
        let lease = lease.clone();
        let hasty = db.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let name = format!("hasty {n}");
                let mut sent = Box::pin(lease::write_all(tx, &lease, vec![(NAMES, rows(&[name]))]));
                assert!(futures::poll!(&mut sent).is_pending());
                drop(sent);
                Ok(())
            })
        });
        told.push(hasty.await.unwrap_err().to_string());
        if told.iter().any(|told| told.ends_with(UNKNOWN)) {
            break;
        }
    }
    assert!(told.iter().any(|told| told.ends_with(UNKNOWN)), "{told:?}");
    write_all(db, &lease, vec![(NAMES, rows(&["after"]))]).await.unwrap();
    assert!(names(db).await.contains(&"after".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_follows_a_single_statement() {
    let test = store::testing::postgres().await;
    let db = &test.db;
    let lease = acquire(db).await;
    for n in 0..TRIES {
        warm(db).await;
        let lease = lease.clone();
        let twice = db.write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let one = rows(&[format!("one {n}")]);
                lease::write_all(tx, &lease, vec![(NAMES, one)]).await?;
                put(tx, &format!("two {n}")).await
            })
        });
        let Err(told) = twice.await else { continue };
        let told = told.to_string();
        assert!(
            told.contains("a statement follows the one that was said to be the only one"),
            "{told}"
        );
        let names = names(db).await;
        let is_there = |name: String| names.contains(&name);
        assert_eq!((is_there(format!("one {n}")), is_there(format!("two {n}"))), (true, false));
        return;
    }
    panic!("it was never sent by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_has_rested_is_asked_before_a_single_statement() {
    let test = store::testing::postgres().await;
    let db = &test.db;
    let lease = acquire(db).await;
    write_all(db, &lease, vec![(NAMES, rows(&["before"]))]).await.unwrap();
    let text = "select pg_terminate_backend(pid, 5000) as done from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and application_name = 'hishamos'";
    let mut tx = db.read().await.unwrap();
    assert!(!tx.fetch_all(same(text), params![]).await.unwrap().is_empty());
    drop(tx);
    // What passes here is the rest.
    tokio::time::sleep(Duration::from_millis(30)).await;
    // Who says nothing to the server hears nothing of it.
    db.write::<_, Error, _>(|_| Box::pin(async { Ok(()) })).await.unwrap();
    let after = vec![(NAMES, rows(&["after"]))];
    db.write(move |tx| Box::pin(async move { lease::write_all(tx, &lease, after).await }))
        .await
        .unwrap();
    assert_eq!(names(db).await, ["after", "before"]);
}
