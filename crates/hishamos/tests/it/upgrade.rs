//! R33: executions of every kind are under way when the server is killed, its database has
//! the schema before the newest, and the present program takes it over: it migrates, and
//! everything ends as if nothing had happened.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use store::migrate::{Migrations, SHIPPED, Version};
use store::{Db, Target};

use crate::crash::customer::Customer;
use crate::crash::endpoint::Endpoint;
use crate::crash::mill::{self, AT_ONCE};
use crate::crash::site::{PATIENCE, Site, seed};
use crate::crash::{postgres, verdict};
use crate::program::Folder;

/// After so long some of it has ended, and some has not.
const WORK: Duration = Duration::from_millis(700);

async fn survives(database: Vec<String>, target: impl FnOnce(&Folder) -> Target) {
    let folder = Folder::new();
    let target = target(&folder);
    let (endpoint, _poison) = Endpoint::start(folder.path()).await;
    let site = Site::new(database, endpoint.address, folder, seed(None));
    let server = site.start().await;
    mill::save(&site, &server, &endpoint).await;
    let mut customer = Customer::default();
    customer.want(&site, AT_ONCE);
    // Not all of it can end meanwhile: some of it naps for longer.
    let work = async {
        while customer.orders.iter().any(|order| order.id.is_none()) {
            let part = customer.work(&site, &server);
            let _ = tokio::time::timeout(WORK, part).await;
        }
    };
    tokio::time::timeout(PATIENCE, work).await.expect("everything is accepted");
    drop(server);
    let open = customer.orders.iter().filter(|order| order.ended.is_none()).count();
    assert!(open > 0, "something is under way");
    take_the_newest_back(&target).await;
    let server = site.start().await;
    let work = customer.work(&site, &server);
    tokio::time::timeout(PATIENCE, work).await.expect("everything ends on the new schema");
    customer.compare(&site, &server, usize::MAX).await;
    verdict::check(&site, &server, &customer, &endpoint.calls()).await;
    drop(server);
    site.check();
    let db = Db::connect(&target).await.unwrap();
    assert_eq!(SHIPPED.status(&db).await.unwrap().pending, [], "it has migrated");
    db.close().await;
    println!("{open} of {} executions were under way", customer.orders.len());
}

/// Takes the newest migration back and no other, of those that came with its version.
async fn take_the_newest_back(target: &Target) {
    let mut list = SHIPPED.0.to_vec();
    let [.., before, newest] = list.as_mut_slice() else { panic!("there are two migrations") };
    let version = before.version;
    newest.version = Version::new(999, 0, 0);
    let db = Db::connect(target).await.unwrap();
    let list = Migrations(Vec::leak(list));
    let back = list.downgrade(&db, version, true).await.unwrap();
    assert_eq!(back.len(), 1);
    assert_eq!(SHIPPED.status(&db).await.unwrap().pending, [*SHIPPED.0.last().unwrap()]);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_end_on_a_newer_schema_on_sqlite() {
    let file = |folder: &Folder| Target::Sqlite { path: folder.path().join("hishamos.db") };
    survives(Vec::new(), file).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn executions_end_on_a_newer_schema_on_postgres() {
    let (test, database) = postgres().await;
    survives(database, |_| test.target.clone()).await;
}
