//! Work of every kind under kills: R1, R2, R3, R4, R8, R11 and R12 at once.

use std::time::Duration;

use serde_json::json;

use super::customer::Customer;
use super::endpoint::Endpoint;
use super::site::{PATIENCE, Site, seed};
use super::size::Size;
use super::{verdict, works};
use crate::program::{Folder, Server};

/// How many executions are wanted at a time.
pub const AT_ONCE: usize = 12;
/// The longest that a server lives once it is ready, in milliseconds.
const LIFE_MS: u64 = 900;
/// How many results are compared after each kill.
const COMPARED: usize = 20;

/// Kills the server at random moments until that was often enough, then lets it finish and
/// looks at everything.
pub async fn survive(database: Vec<String>, size: Size) {
    let folder = Folder::new();
    let (endpoint, _poison) = Endpoint::start(folder.path()).await;
    let site = Site::new(database, endpoint.address, folder, seed(size.seed));
    let mut server = site.start().await;
    save(&site, &server, &endpoint).await;
    let mut customer = Customer::default();
    let begun = tokio::time::Instant::now();
    let mut kills = 0;
    while size.goes_on(kills, begun.elapsed()) {
        customer.want(&site, AT_ONCE);
        while size.goes_on(kills, begun.elapsed()) {
            let life = Duration::from_millis(site.roll(LIFE_MS));
            if tokio::time::timeout(life, customer.work(&site, &server)).await.is_ok() {
                break;
            }
            drop(server);
            kills += 1;
            server = start_again(&site, &mut kills).await;
            customer.compare(&site, &server, COMPARED).await;
        }
        let work = customer.work(&site, &server);
        tokio::time::timeout(PATIENCE, work).await.expect("everything ends once nothing is killed");
    }
    customer.compare(&site, &server, usize::MAX).await;
    let timers = verdict::check(&site, &server, &customer, &endpoint.calls()).await;
    drop(server);
    site.check();
    let latest = timers.late.iter().max().copied().unwrap_or_default();
    println!(
        "{kills} kills, {} executions, {} results, {} calls of {} keys, {} timers, the latest by {latest} ms",
        customer.orders.len(),
        customer.results.len(),
        endpoint.calls().len(),
        endpoint.effects(),
        timers.late.len(),
    );
}

/// Saves the workflows, and the project on whose board some of them file.
pub async fn save(site: &Site, server: &Server, endpoint: &Endpoint) {
    let project = json!({ "key": works::PROJECT, "name": "Mill" });
    let (status, answer) = site.post(server, "/projects", "", &project).await.unwrap();
    assert_eq!(status, 201, "{answer}");
    for definition in works::definitions(&endpoint.url()) {
        let made = site.post(server, "/workflows", "", &json!({ "definition": definition })).await;
        let (status, answer) = made.unwrap();
        assert_eq!(status, 201, "{answer}");
    }
}

/// Starts it; sometimes it dies while it still reads what was unfinished.
pub async fn start_again(site: &Site, kills: &mut usize) -> Server {
    // Now and then nobody is there for a while, so that timers fall due meanwhile.
    if site.roll(4) == 0 {
        tokio::time::sleep(Duration::from_millis(site.roll(1500))).await;
    }
    while site.roll(4) == 0 {
        let server = site.spawn();
        tokio::time::sleep(Duration::from_millis(site.roll(60))).await;
        drop(server);
        *kills += 1;
    }
    site.start().await
}
