//! R19: the database cuts every connection again and again, or crashes and starts again,
//! while work of every kind is under way; nothing is lost or doubled, and what was promised
//! holds.

use std::time::Duration;

use store::testing::TestDb;
use store::{Db, Sql, Target};
use tokio::time::Instant;

use super::within;
use crate::crash::customer::Customer;
use crate::crash::endpoint::Endpoint;
use crate::crash::site::{PATIENCE, Site, seed};
use crate::crash::size::Size;
use crate::crash::{mill, verdict};
use crate::program::Folder;

/// How often all connections are cut, unless a soak asks for more.
const CUTS: usize = 12;
/// How often the database crashes.
const CRASHES: usize = 2;
/// When the server takes work again after the database is up.
const HEALTHY: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_nothing() {
    let test = store::testing::postgres().await;
    survive(&test, Size::of(CUTS), "cuts", || cut(&test.db)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_of_the_database_lose_nothing() {
    let own = store::testing::own_postgres().await;
    survive(&own.test, Size::by("PROOF_RESTARTS", CRASHES), "crashes", || own.crash()).await;
}

/// Works through so many faults, and looks at everything.
async fn survive(test: &TestDb, size: Size, what: &str, fault: impl AsyncFn()) {
    let Target::Postgres { url } = &test.target else { panic!("it is PostgreSQL") };
    let folder = Folder::new();
    let (endpoint, _poison) = Endpoint::start(folder.path()).await;
    let database = vec!["--database".to_owned(), url.clone()];
    let mut site = Site::new(database, endpoint.address, folder, seed(size.seed));
    let server = site.start().await;
    mill::save(&site, &server, &endpoint).await;
    site.is_lenient = true;
    // The server lives on, and so may a call of its that another answer overtakes.
    site.on_its_way_ms = 5_000;
    let mut customer = Customer::default();
    let begun = Instant::now();
    let (mut faults, mut slowest) = (0, Duration::ZERO);
    while size.goes_on(faults, begun.elapsed()) {
        customer.want(&site, mill::AT_ONCE);
        while size.goes_on(faults, begun.elapsed()) {
            let life = Duration::from_millis(site.roll(1500));
            if tokio::time::timeout(life, customer.work(&site, &server)).await.is_ok() {
                break;
            }
            fault().await;
            faults += 1;
            let healed = Instant::now();
            let order = customer.order(&site, &server);
            tokio::time::timeout(PATIENCE, order).await.expect("it takes work again");
            slowest = slowest.max(healed.elapsed());
        }
        let work = customer.work(&site, &server);
        // On a busy machine the customer itself is slow.
        tokio::time::timeout(PATIENCE * 4, work).await.expect("everything ends");
    }
    // The last cut may still have to be noticed by a connection that nobody used since.
    customer.compare(&site, &server, usize::MAX).await;
    let timers = verdict::check(&site, &server, &customer, &endpoint.calls()).await;
    let latest = timers.late.iter().max().copied().unwrap_or_default();
    println!(
        "{faults} {what}, {} executions, {} calls of {} keys, {} timers, the latest by {latest} ms",
        customer.orders.len(),
        endpoint.calls().len(),
        endpoint.effects(),
        timers.late.len(),
    );
    within(&format!("took work again, the slowest of {faults},"), slowest, HEALTHY);
    drop(server);
    site.check();
}

/// Ends every connection to the database but the one that asks for it.
async fn cut(db: &Db) {
    const TEXT: &str = "select pg_terminate_backend(pid) as ended from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    // Its own pool may hold connections that an earlier cut has ended.
    loop {
        let Ok(mut tx) = db.read().await else { continue };
        if tx.fetch_all(Sql { sqlite: TEXT, postgres: TEXT }, Vec::new()).await.is_ok() {
            return;
        }
    }
}
