//! L4, L5, R27 and R28: a thousand executions wait for a slow provider, ten thousand queue
//! behind them, a thousand people watch; what that takes in memory and time, and whether
//! somebody with little to do, or in a hurry, gets through.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use crate::bench::engine::client::Client;
use crate::bench::engine::memory;
use crate::bench::engine::ours::{percentile, save};
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::Scale;
use crate::bench::load::ask::{PATIENCE, many, wait_until};
use crate::bench::load::listing::{all, is_quiet, lost, moment_of};
use crate::bench::load::probe::Probe;
use crate::bench::load::provider::Provider;
use crate::bench::load::score::{Bar, Score};
use crate::bench::load::watchers::Watchers;
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// How many executions are watched, each by the same number of people.
const WATCHED: usize = 100;
/// How many signals each of them gets while it is watched.
const SIGNALS: usize = 20;
/// How many want something beside the ten thousand.
const FEW: usize = 10;
/// How many places are freed while somebody waits, and how many after that.
const FREED: usize = 4;
const FREED_LATER: usize = 60;
/// How far apart two requests of many at once are for their order to be certain.
const APART_MS: i64 = 100;

pub(super) const ASKS: &str = "name: Asks a model
steps:
  - {id: ask, agent: general, prompt: 'Say hello.', timeout-minutes: 60}
";
const WATCHED_ONE: &str = "name: Watched
steps:
  - id: word
    strategy: { matrix: { i: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21] } }
    wait: { event: go }
";

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
    let peer = setup.database.peer();
    let provider = Provider::start()?;
    let some = scale.some;
    let server = Server::start(setup, some, &provider.configuration(some))?;
    let rss = || memory::resident_mib(&server.processes()[..1]);
    let mut client = server.connect()?;
    let asks = save(&mut client, ASKS)?;
    let three = save(&mut client, &workload::chain(3))?;
    let watched = save(&mut client, WATCHED_ONE)?;
    client.post("/api/v1/projects", "{\"key\":\"BIG\",\"name\":\"Big\"}")?;
    client.post("/api/v1/projects", "{\"key\":\"LITTLE\",\"name\":\"Little\"}")?;
    score.add(peer, "L5 RSS idle", rss(), "MiB");
    streams(&server, &watched, some, peer, score)?;

    many(&server, &asks, "{}", some)?;
    wait_until("the provider is asked by all", || Ok(provider.waiting() >= some))?;
    score.add(peer, "L5 RSS with those that wait for a provider", rss(), "MiB");

    let probe = Probe::start(&server)?;
    let seconds = many(&server, &three, "{\"project\":\"BIG\"}", scale.many)?;
    score.hold(peer, "R27 until all were accepted", seconds, "s", Bar::AtMost(20.0));
    score.hold(peer, "R27 API p95 meanwhile", probe.p95()?, "ms", Bar::AtMost(200.0));
    let metric = "L5 RSS with those that queue as well";
    score.hold(peer, metric, rss(), "MiB", Bar::AtMost(1024.0));

    // Some of those that hold a place go, and everybody queues for it.
    thread::sleep(Duration::from_millis(2 * APART_MS as u64));
    many(&server, &three, "{\"project\":\"LITTLE\"}", FEW)?;
    many(&server, &three, "{\"project\":\"BIG\",\"priority\":\"high\"}", FEW)?;
    let free = cancel_some(&mut client, FREED)?;
    ensure!(free > 0, "no place could be freed");
    let waited = little_waits(&mut client)?;
    let metric = "R28 wait of few beside many, p95";
    score.hold(peer, metric, waited, "s", Bar::AtMost(5.0));
    // The others need not take for ever.
    cancel_some(&mut client, FREED_LATER)?;
    let query = format!("workflow={three}");
    wait_until("everything has run", || is_quiet(&mut client, &query))?;
    let ended = all(&mut client, &query)?;
    let none = Bar::AtMost(0.0);
    let (urgent, usual): (Vec<&Value>, Vec<&Value>) = ended
        .iter()
        .filter(|one| one["project"] == "BIG")
        .partition(|one| one["priority"] == "high");
    ensure!(urgent.len() == FEW && usual.len() == scale.many, "the lists lack somebody");
    let overtaken = overtaken(&usual) as f64;
    score.hold(peer, "R27 started before who came earlier", overtaken, "executions", none);
    let before = before_urgent(&usual, &urgent) as f64;
    score.hold(peer, "R27 started before who is urgent", before, "executions", none);
    let lost = lost(&mut client, &three, scale.many + 2 * FEW)? as f64;
    score.hold(peer, "R27 lost", lost, "executions", none);
    Ok(())
}

/// L4: people watch, and what they watch gets signals.
fn streams(
    server: &Server,
    watched: &str,
    some: usize,
    peer: &'static str,
    score: &mut Score,
) -> Result<()> {
    let ids = watch_many(server, watched, WATCHED.min(some))?;
    let rss = || memory::resident_mib(&server.processes()[..1]);
    let before = rss();
    let mut watchers = Watchers::open(server, &ids, some / ids.len())?;
    let open = (some / ids.len() * ids.len()) as f64;
    let at_rest = rss();
    let stop = AtomicBool::new(false);
    let late = thread::scope(|scope| {
        let watching = scope.spawn(|| watchers.watch("signal_received", SIGNALS, &stop));
        let signalled = signal_all(server, &ids);
        // When the signals cannot be sent, nobody waits for them.
        stop.store(signalled.is_err(), Ordering::Relaxed);
        let late = watching.join().map_err(|_| anyhow!("the watchers panicked"))?;
        signalled.and(late)
    })?;
    ensure!(late.len() as f64 >= open * SIGNALS as f64, "streams lack signals");
    // All are open still.
    let used = (rss().max(at_rest) - before) * 1024.0 / open;
    score.add(peer, "L4 streams", open, "streams");
    score.hold(peer, "L4 RSS per stream", used, "KiB", Bar::AtMost(64.0));
    let p95 = percentile(&late, 95.0);
    score.hold(peer, "L4 commit to watcher p95", p95, "ms", Bar::AtMost(500.0));
    score.hold(peer, "R36 commit to client p95", p95, "ms", Bar::AtMost(250.0));
    Ok(())
}

fn signal_all(server: &Server, ids: &[String]) -> Result<()> {
    let mut client = server.connect()?;
    for _ in 0..SIGNALS {
        for id in ids {
            client.post_unread(&format!("/api/v1/executions/{id}/signals"), "{\"name\":\"go\"}")?;
            thread::sleep(Duration::from_millis(5));
        }
    }
    Ok(())
}

fn watch_many(server: &Server, slug: &str, count: usize) -> Result<Vec<String>> {
    let mut client = server.connect()?;
    let path = format!("/api/v1/workflows/{slug}/execute");
    (0..count)
        .map(|_| {
            let made = client.post(&path, "{}")?;
            made["id"].as_str().map(str::to_owned).context("an execution without an id")
        })
        .collect()
}

/// Cancels some of those that wait for the provider, so that their places are free.
pub(super) fn cancel_some(client: &mut Client, count: usize) -> Result<usize> {
    let path = format!("/api/v1/executions?limit={count}&status=running&workflow=asks_a_model");
    let page = client.get(&path)?;
    let items = page["items"].as_array().context("a list without items")?;
    for item in items {
        let id = item["id"].as_str().context("an execution without an id")?;
        client.post_unread(&format!("/api/v1/executions/{id}/cancel"), "{}")?;
    }
    Ok(items.len())
}

/// The 95th percentile of the seconds until those of the little project have all started.
fn little_waits(client: &mut Client) -> Result<f64> {
    let watch = Stopwatch::start();
    loop {
        interrupt::check()?;
        let page = client.get("/api/v1/executions?limit=20&project=LITTLE")?;
        let items = page["items"].as_array().context("a list without items")?;
        let started = items.iter().filter(|item| !item["started_at"].is_null()).count();
        if started * 100 >= items.len() * 95 {
            return Ok(watch.elapsed().as_secs_f64());
        }
        ensure!(watch.elapsed() < PATIENCE, "the little project starves");
        thread::sleep(Duration::from_millis(20));
    }
}

/// How many started before another one that had been asked for clearly earlier.
fn overtaken(executions: &[&Value]) -> usize {
    let times = |one: &&Value| {
        Some((moment_of(one, "created_at")?, moment_of(one, "started_at").unwrap_or(i64::MAX)))
    };
    let mut times: Vec<(i64, i64)> = executions.iter().filter_map(times).collect();
    times.sort_unstable();
    let (mut earlier, mut latest_start, mut count) = (0, i64::MIN, 0);
    for (created, started) in &times {
        while times[earlier].0 < created - APART_MS {
            latest_start = latest_start.max(times[earlier].1);
            earlier += 1;
        }
        count += usize::from(*started < latest_start);
    }
    count
}

/// How many usual ones started before the last of the urgent ones did.
fn before_urgent(usual: &[&Value], urgent: &[&Value]) -> usize {
    let start = |one: &&Value| moment_of(one, "started_at").unwrap_or(i64::MAX);
    let last = urgent.iter().map(start).max().unwrap_or(i64::MAX);
    usual.iter().filter(|one| start(one) < last).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(created: i64, started: i64) -> Value {
        let at = |ms: i64| format!("1970-01-01T00:00:{:02}.{:03}Z", ms / 1000, ms % 1000);
        json!({ "created_at": at(created), "started_at": at(started) })
    }

    #[test]
    fn those_that_overtake_are_counted() {
        let check = |times: &[(i64, i64)], expected: usize| {
            let all: Vec<Value> = times.iter().map(|(made, began)| one(*made, *began)).collect();
            assert_eq!(overtaken(&all.iter().collect::<Vec<_>>()), expected, "{times:?}");
        };
        check(&[(0, 1000), (200, 1000), (400, 1001)], 0);
        check(&[(0, 1000), (50, 900)], 0);
        check(&[(400, 999), (0, 1000), (200, 998)], 2);
    }

    #[test]
    fn usual_ones_before_urgent_ones_are_counted() {
        let (first, second, urgent) = (one(0, 1000), one(0, 1002), one(9, 1001));
        assert_eq!(before_urgent(&[&first, &second], &[&urgent]), 1);
    }
}
