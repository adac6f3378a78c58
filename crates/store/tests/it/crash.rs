//! `kill -9` at any moment: what was acknowledged is there, and migrations converge.

use std::collections::BTreeSet;
use std::time::Duration;

use base::{OsRandom, Random as _};
use futures::future::join_all;
use store::migrate::{Migration, Migrations, SHIPPED, Version};
use store::testing::{TestDb, test_time};
use store::{Db, params, sql};

use super::child;
use super::commit::{names, write};

fn random(below: u64) -> u64 {
    let mut bytes = [0_u8; 8];
    OsRandom.fill(&mut bytes);
    u64::from_le_bytes(bytes) % below
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_sqlite() {
    acknowledged("sqlite", store::testing::sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_postgres() {
    acknowledged("postgres", store::testing::postgres).await;
}

async fn acknowledged(kind: &str, make: impl AsyncFn() -> TestDb) {
    if let Some(target) = child::order() {
        let db = Db::connect(&target).await.unwrap();
        let run = random(u64::MAX);
        join_all((0..8).map(|writer| {
            let db = &db;
            async move {
                for n in 0.. {
                    let name = format!("{run:020} {writer} {n}");
                    write(db, name.clone()).await.unwrap();
                    child::say(&name);
                }
            }
        }))
        .await;
        return;
    }
    let test = make().await;
    let mut acknowledged = BTreeSet::new();
    for _ in 0..5 {
        let name = format!("crash::acknowledged_writes_survive_{kind}");
        let mut running = child::start(&name, &test.target, "");
        for _ in 0..20 + random(60) {
            acknowledged.insert(running.hear().expect("the child writes on"));
        }
        acknowledged.extend(running.kill());
    }
    let kept: BTreeSet<String> = names(&test.reopen().await).await.into_iter().collect();
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert_eq!(lost, Vec::<&String>::new(), "acknowledged and not there");
    assert!(acknowledged.len() >= 100);
}

const MANY: i64 = 24;

/// The shipped migrations and many more, each of several statements.
fn many() -> Migrations {
    let mut list = SHIPPED.0.to_vec();
    for number in list.len() as i64 + 1..=MANY {
        let name = format!("{number:04}_many").leak();
        let rows: Vec<String> =
            (0..40).map(|n| format!("insert into many_{number} (id) values ({n});")).collect();
        let rows = rows.join("\n");
        let up = format!("create table many_{number} (id BIGINT not null);\n{rows}").leak();
        let down = format!("drop table many_{number};").leak();
        list.push(Migration { number, name, version: Version::new(1, number as u32, 0), up, down });
    }
    Migrations(list.leak())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_migrations_converge_sqlite() {
    converge("sqlite", store::testing::sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_migrations_converge_postgres() {
    converge("postgres", store::testing::postgres).await;
}

async fn converge(kind: &str, make: impl AsyncFn() -> TestDb) {
    if let Some(target) = child::order() {
        let db = Db::connect(&target).await.unwrap();
        child::say("begin");
        many().upgrade(&db, None, test_time()).await.unwrap();
        return;
    }
    let test = make().await;
    let db = &test.db;
    let mut killed_half_way = 0;
    for _ in 0..8 {
        let name = format!("crash::killed_migrations_converge_{kind}");
        let mut running = child::start(&name, &test.target, "");
        running.hear().expect("the child begins");
        // Not a wait for anything: the moment of the kill is what is tried.
        std::thread::sleep(Duration::from_micros(random(60_000)));
        running.kill();
        let (applied, tables) = settled(db).await;
        assert_eq!(tables, applied - SHIPPED.0.len() as i64);
        killed_half_way += i64::from(applied < MANY);
        if applied == MANY {
            many().downgrade(db, SHIPPED.newest(), true).await.unwrap();
        }
    }
    assert!(killed_half_way > 0, "no kill came in time");
    many().upgrade(db, None, test_time()).await.unwrap();
    assert_eq!(many().status(db).await.unwrap().pending, []);
    assert_eq!(tables(db).await, MANY - SHIPPED.0.len() as i64);
}

/// How many migrations are applied and how many tables of [`many`] there are, once a
/// PostgreSQL that was about to commit has done so.
async fn settled(db: &Db) -> (i64, i64) {
    loop {
        let applied = many().status(db).await.unwrap().applied.len() as i64;
        let tables = tables(db).await;
        if many().status(db).await.unwrap().applied.len() as i64 == applied {
            return (applied, tables);
        }
    }
}

/// How many of the tables of [`many`] there are.
async fn tables(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row = tx
        .fetch_one(
            sql!(sqlite: "select count(*) as n from sqlite_master where type = 'table' and name like 'many_%'", postgres: "select count(*) as n from information_schema.tables where table_name like 'many_%'"),
            params![],
        )
        .await
        .unwrap();
    row.get("n").unwrap()
}
