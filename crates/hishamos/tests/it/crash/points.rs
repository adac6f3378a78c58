//! R4: the server dies before, inside and after each commit of its runner, and around each
//! effect outside of its database, at every [`Point`] in turn; in a usual run at every other
//! one on each database, so that both together take them all. What it left is taken up
//! by the next server, which dies at the next point; the last one finishes. Then the mill's
//! promises hold, and those about money.

use std::time::Duration;

use automation::Point;
use serde_json::Value as Json;

use super::endpoint::Endpoint;
use super::money::audit;
use super::money::provider::Provider;
use super::money::shop::Shop;
use super::site::{PATIENCE, Site, seed};
use super::size::asked;
use super::{customer::Customer, mill, verdict};
use crate::program::{Folder, Server};

/// How many executions are wanted at a time: one of each kind.
const AT_ONCE: usize = 5;
/// How many results are compared with what they were at first sight.
const COMPARED: usize = 200;
/// Of a hundred calls, how many meet a fault, so that some are tried again.
const FAULTS: u64 = 20;
/// How long a server may take to get to its point: a platform that failed five times in a row
/// rests for half a minute and more, and with so many faults one now and then does.
const UNTIL_IT_DIES: Duration = PATIENCE.saturating_mul(4);

/// The points of paid calls; all the others are reached by the mill's work.
const PAID: [Point; 8] = [
    Point::TurnDue,
    Point::TurnWritten,
    Point::TurnDurable,
    Point::CallDue,
    Point::CallAnswered,
    Point::RetryDue,
    Point::RetryWritten,
    Point::RetryDurable,
];

/// The server dies while it works on every kind of step.
pub async fn of_work(database: Vec<String>) {
    let folder = Folder::new();
    let (endpoint, _poison) = Endpoint::start(folder.path()).await;
    let site = Site::new(database, endpoint.address, folder, seed(asked("PROOF_SEED")));
    let server = site.start().await;
    mill::save(&site, &server, &endpoint).await;
    let mut customer = Customer::default();
    // there is something to take up again from the first death on
    customer.order(&site, &server).await;
    drop(server);
    let work = Point::ALL.iter().copied().filter(|point| !PAID.contains(point));
    let deaths = die_at_each(&site, work, async |server| {
        loop {
            // What the dead have left is there still: more at each death would never end.
            customer.want(&site, AT_ONCE.saturating_sub(customer.open()));
            customer.work(&site, server).await;
        }
    })
    .await;
    let server = site.start().await;
    let work = customer.work(&site, &server);
    tokio::time::timeout(PATIENCE, work).await.expect("everything ends once nothing dies");
    customer.compare(&site, &server, COMPARED).await;
    verdict::check(&site, &server, &customer, &endpoint.calls()).await;
    drop(server);
    site.check();
    println!("{deaths} deaths, {} executions", customer.orders.len());
}

/// The server dies while it asks models for money.
pub async fn of_calls(database: Vec<String>) {
    let (folder, seed) = (Folder::new(), seed(asked("PROOF_SEED")));
    let provider = Provider::start(folder.path(), seed, FAULTS).await;
    let site = Site::new(database, provider.address, folder, seed);
    let server = site.start().await;
    let mut shop = Shop::open(&site, &server, &provider).await;
    drop(server);
    let buys = async |server: &Server| shop.work(&site, server, || false).await;
    let deaths = die_at_each(&site, PAID.into_iter(), buys).await;
    let server = site.start().await;
    let work = shop.work(&site, &server, || true);
    tokio::time::timeout(PATIENCE, work).await.expect("everything ends once nothing dies");
    let budgets: Vec<Json> = shop.at_rest(&site, &server).await;
    let figures = audit::check(&site, &server, &shop, &provider.calls(), &budgets).await;
    drop(server);
    site.check();
    println!("{deaths} deaths, {figures}");
}

/// Lets a server work until it dies, at each point in turn; gives how often one died.
async fn die_at_each(
    site: &Site,
    points: impl Iterator<Item = Point>,
    mut work: impl AsyncFnMut(&Server),
) -> u64 {
    let points: Vec<Point> = match asked("PROOF_ROUNDS") {
        Some(rounds) => points.collect::<Vec<_>>().repeat(usize::try_from(rounds).unwrap()),
        None => points.skip(usize::from(site.is_on_postgres())).step_by(2).collect(),
    };
    for point in &points {
        let die_at = format!("{point:?}:{}", 1 + site.roll(most(*point)));
        let code = match site.spawn_armed(&die_at) {
            Ok(server) => {
                let dies = async {
                    if matches!(point, Point::ReleaseDue | Point::Released) {
                        site.wait_for_engine(&server, "active").await;
                        server.signal("TERM");
                    }
                    while !server.has_ended() {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                };
                tokio::select! {
                    died = tokio::time::timeout(UNTIL_IT_DIES, dies) => {
                        assert!(died.is_ok(), "it never gets to {die_at}");
                    }
                    () = work(&server) => unreachable!("there is always more to do"),
                }
                server.end().0
            }
            Err(code) => code,
        };
        assert_eq!(code, -1, "it ended by itself instead of dying at {die_at}");
    }
    points.len() as u64
}

/// The server passes a point up to so many times before it dies there.
const fn most(point: Point) -> u64 {
    match point {
        Point::RoleDue
        | Point::RoleTaken
        | Point::Recovered
        | Point::RenewDue
        | Point::Renewed
        | Point::ReleaseDue
        | Point::Released
        | Point::ChildDue
        | Point::ChildMade
        | Point::ProcedureDue
        | Point::ProcedureWritten
        | Point::ProcedureDurable => 1,
        Point::RetryDue | Point::RetryWritten | Point::RetryDurable => 2,
        Point::Answered | Point::TurnDue | Point::TurnWritten | Point::TurnDurable => 6,
        Point::CallDue | Point::CallAnswered => 6,
        Point::FactsDue
        | Point::FactsWritten
        | Point::FactsDurable
        | Point::NewsTaken
        | Point::Ordered
        | Point::HttpDue
        | Point::HttpAnswered => 12,
    }
}
