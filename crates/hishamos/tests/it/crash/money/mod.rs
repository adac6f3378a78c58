//! Money under faults and kills: R25. Executions and outside clients ask a `provider.rs`
//! that fails now and then and keeps a log of what it counts, while the server is killed at
//! random moments. `shop.rs` wants the calls; `audit.rs` lays the ledger beside the log.

pub mod audit;
pub mod provider;
pub mod shop;

use std::time::Duration;

use self::provider::Provider;
use self::shop::Shop;
use super::mill::start_again;
use super::site::{PATIENCE, Site, seed};
use super::size::{Size, asked};
use crate::program::Folder;

/// How many calls the provider hears, unless a soak asks for more.
const CALLS: u64 = 240;
/// Of a hundred calls, how many meet a fault.
const FAULTS: u64 = 5;
/// The longest that a server lives, however slowly the calls come.
const LIFE: Duration = Duration::from_secs(3);

/// Kills the server until that was often enough, lets it finish, and counts the money.
pub async fn counted(database: Vec<String>, size: Size) {
    let (folder, seed) = (Folder::new(), seed(size.seed));
    let provider = Provider::start(folder.path(), seed, FAULTS).await;
    let site = Site::new(database, provider.address, folder, seed);
    let calls = asked("PROOF_CALLS").unwrap_or(CALLS);
    let pace = calls / (size.kills.max(1) as u64);
    let mut server = site.start().await;
    let mut shop = Shop::open(&site, &server, &provider).await;
    let begun = tokio::time::Instant::now();
    let mut kills = 0;
    while size.goes_on(kills, begun.elapsed()) {
        let enough = provider.count() + 1 + site.roll(2 * pace);
        let dies = async {
            let heard = async {
                while provider.count() < enough {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            let _ = tokio::time::timeout(LIFE, heard).await;
            // while its clients still wait for their answers
            server.signal("KILL");
        };
        tokio::select! {
            () = dies => {}
            () = shop.work(&site, &server, || false) => unreachable!("it is never enough"),
        }
        drop(server);
        kills += 1;
        server = start_again(&site, &mut kills).await;
    }
    let left = calls.saturating_sub(provider.count());
    let patience = PATIENCE * u32::try_from(1 + left / 100).unwrap();
    let work = shop.work(&site, &server, || provider.count() >= calls);
    tokio::time::timeout(patience, work).await.expect("everything ends once nothing is killed");
    let budgets = shop.at_rest(&site, &server).await;
    let figures = audit::check(&site, &server, &shop, &provider.calls(), &budgets).await;
    drop(server);
    site.check();
    println!("{kills} kills, {figures}");
}
