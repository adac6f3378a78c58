//! R5 and R6: whoever drives is stopped, or killed; another one takes over, nothing is lost,
//! and the one that was stopped writes nothing when it wakes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::within;
use crate::crash::endpoint::{Call, Endpoint};
use crate::crash::site::{PATIENCE, Site, seed};
use crate::crash::size::asked;
use crate::crash::works::NEIGHBOUR;
use crate::program::{Folder, Server};

/// How many executions are under way at each change; a soak has 500.
const RUNNING: usize = 40;
/// When an expired lease has to have been taken over by another server (R6).
const BOUND: Duration = Duration::from_secs(20);

/// What is under way.
type Work = BTreeMap<String, Json>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_takes_over_and_the_stopped_one_writes_nothing() {
    let (_test, database) = crate::crash::postgres().await;
    let folder = Folder::new();
    let (endpoint, _poison) = Endpoint::start(folder.path()).await;
    let site = Site::new(database, endpoint.address, folder, seed(None));
    let folders = [Folder::new(), Folder::new(), Folder::new()];
    let first = site.spawn_on(folders[0].path());
    site.wait_for_engine(&first, "active").await;
    let second = site.spawn_on(folders[1].path());
    site.wait_for_engine(&second, "standby").await;
    let work = start(&site, &first, &endpoint).await;
    standby_reads_and_refuses(&site, &second, &work).await;

    first.signal("STOP");
    let stopped = Instant::now();
    site.wait_for_engine(&second, "active").await;
    within("taken over from a stopped server", stopped.elapsed(), BOUND);
    let done = finish(&site, &second, &work).await;
    // The answers that it had not read come to the stopped one now.
    first.signal("CONT");
    site.wait_for_engine(&first, "standby").await;
    assert_eq!(finish(&site, &first, &work).await, done, "a stale server has written");

    let third = site.spawn_on(folders[2].path());
    site.wait_for_engine(&third, "standby").await;
    let work = start(&site, &second, &endpoint).await;
    drop(second);
    let killed = Instant::now();
    let heir = either(&site, &first, &third).await;
    within("taken over from a killed server", killed.elapsed(), BOUND);
    finish(&site, heir, &work).await;

    // Who was restarted on its own folder need not wait for its own lease.
    let (heir, folder) = if std::ptr::eq(heir, &raw const first) { (first, 0) } else { (third, 2) };
    let work = start(&site, &heir, &endpoint).await;
    drop(heir);
    let killed = Instant::now();
    let heir = site.spawn_on(folders[folder].path());
    site.wait_for_engine(&heir, "active").await;
    within("taken up by a restarted server", killed.elapsed(), Duration::from_secs(2));
    finish(&site, &heir, &work).await;
    never_twice(&endpoint.calls());
    drop(heir);
    site.check();
}

/// Starts work whose steps last longer than it takes to stop a server.
async fn start(site: &Site, server: &Server, endpoint: &Endpoint) -> Work {
    let count = asked("PROOF_RUNNING").map_or(RUNNING, |count| count as usize);
    let before = endpoint.calls().len();
    let mut work = Work::new();
    for number in 0..count {
        let inputs = json!({ "name": format!("n{number}") });
        let id = site.execute(server, endpoint, NEIGHBOUR, inputs).await;
        work.insert(id, Json::Null);
    }
    let begun = async {
        while endpoint.calls().len() < before + count.min(50) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.expect("the steps begin");
    work
}

/// A server that stands by shows everything, and says what it cannot do and when to ask again.
async fn standby_reads_and_refuses(site: &Site, standby: &Server, work: &Work) {
    for id in work.keys().take(3) {
        let detail = site.read(standby, &format!("/executions/{id}")).await;
        assert_eq!(detail["status"], "running");
        let path = format!("/executions/{id}/cancel");
        let refused = site.ask(standby, &path, &json!({})).await;
        assert_eq!((refused.status, refused.retry_after.as_deref()), (503, Some("2")));
        assert_eq!(refused.body["code"], "engine_unavailable");
        let told = refused.body["detail"].as_str().unwrap();
        assert!(told.contains("standby"), "{told}");
    }
    let body = json!({ "definition": "name: one\nsteps: [{tool: set, with: {}}]" });
    assert_eq!(site.ask(standby, "/executions", &body).await.status, 503);
}

/// Waits for the end of everything; gives each with its whole journal.
async fn finish(site: &Site, server: &Server, work: &Work) -> Work {
    let mut done = Work::new();
    for id in work.keys() {
        let path = format!("/executions/{id}");
        let wait = async {
            loop {
                let detail = site.read(server, &path).await;
                if detail["status"] != "running" && detail["status"] != "queued" {
                    return detail;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let detail = tokio::time::timeout(PATIENCE, wait).await.expect("it ends");
        assert_eq!(detail["status"], "completed", "{detail:#}");
        let journal = site.all(server, &format!("{path}/journal?limit=200")).await;
        let ends = journal.iter().filter(|fact| fact["kind"] == "execution_completed").count();
        let completed = journal.iter().filter(|fact| fact["kind"] == "attempt_completed").count();
        assert_eq!((ends, completed), (1, 2), "{journal:#?}");
        done.insert(id.clone(), json!({ "execution": detail, "journal": journal }));
    }
    done
}

/// Whichever of the two becomes active.
async fn either<'a>(site: &Site, one: &'a Server, other: &'a Server) -> &'a Server {
    tokio::select! {
        () = site.wait_for_engine(one, "active") => one,
        () = site.wait_for_engine(other, "active") => other,
    }
}

/// The second step of each was asked for once; the first may have been cut off.
fn never_twice(calls: &[Call]) {
    let mut seen = BTreeMap::new();
    for call in calls.iter().filter(|call| call.path.ends_with("/last")) {
        *seen.entry(&call.key).or_insert(0) += 1;
    }
    // Between its answer and the record of it a step can be cut off, too; that is rare.
    let again = seen.values().filter(|count| **count > 1).count();
    println!("{again} of {} last steps were asked for again", seen.len());
}
