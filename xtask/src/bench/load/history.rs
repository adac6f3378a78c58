//! R31 and R36: an execution with as many events as one may have, what appending to it
//! costs, and its stream, which is cut a thousand times.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::engine::ours::{percentile, save};
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::load::Scale;
use crate::bench::load::rates::is_over;
use crate::bench::load::stream::{Stream, at_ms};
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// How many events an execution may have.
const MOST_EVENTS: u64 = 50_000;
/// Over how many events one latency is measured, since times are whole milliseconds.
const WINDOW: u64 = 20;

/// One step after the other over a list, again and again: never two at once, so that each
/// appends in a commit of its own.
const LONG: &str = "name: Long
inputs: { items: { type: list, required: true } }
steps:
  - {id: a, needs: [], strategy: {matrix: {i: '${{ inputs.items }}'}, max-parallel: 1}, tool: set, with: {ok: true}}
  - {id: b, needs: [a], strategy: {matrix: {i: '${{ inputs.items }}'}, max-parallel: 1}, tool: set, with: {ok: true}}
  - {id: c, needs: [b], strategy: {matrix: {i: '${{ inputs.items }}'}, max-parallel: 1}, tool: set, with: {ok: true}}
";

/// Measure them.
pub fn measure(setup: &Setup<'_>, scale: Scale, record: &mut Record) -> Result<()> {
    let peer = setup.database.peer();
    let server = Server::start(setup, 100, "")?;
    let mut client = server.connect()?;
    let slug = save(&mut client, LONG)?;
    let items: Vec<usize> = (0..scale.many).collect();
    let body = json!({ "inputs": { "items": items } }).to_string();
    let watch = Stopwatch::start();
    let made = client.post(&format!("/api/v1/workflows/{slug}/execute"), &body)?;
    let id = made["id"].as_str().context("an execution without an id")?.to_owned();
    let ended = loop {
        interrupt::check()?;
        let newest = client.get("/api/v1/executions?limit=1")?["items"][0].clone();
        if is_over(&newest) {
            break newest;
        }
        thread::sleep(Duration::from_millis(200));
    };
    record.add(peer, "R31 the whole history", watch.elapsed().as_secs_f64(), "s");
    let last = last_event(&mut client, &id)?;
    record.add(peer, "R31 events of the history", last as f64, "events");
    if last >= MOST_EVENTS {
        let told = &ended["error"]["code"];
        ensure!(told == "history_too_long", "a history of {last} events ended with {told}");
    }
    let middle = (last / 50).max(1000).min(last / 2);
    let early = appended(&mut client, &id, middle)?;
    let late = appended(&mut client, &id, last - middle - WINDOW)?;
    record.add(peer, "R31 append p95 at 1k events", early, "ms");
    record.add(peer, "R31 append p95 at the end", late, "ms");
    record.add(peer, "R31 the end to 1k (<= 2)", late / early.max(f64::EPSILON), "x");
    cuts(&server, &id, last, scale.some, peer, record)
}

/// The number of the last event: by halving, since pages are short.
fn last_event(client: &mut crate::bench::engine::client::Client, id: &str) -> Result<u64> {
    let (mut low, mut high) = (0, MOST_EVENTS * 2);
    while low < high {
        let middle = low + (high - low) / 2;
        if journal(client, id, middle, 1)?.is_empty() { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

fn journal(
    client: &mut crate::bench::engine::client::Client,
    id: &str,
    after: u64,
    limit: u64,
) -> Result<Vec<Value>> {
    let page =
        client.get(&format!("/api/v1/executions/{id}/journal?after={after}&limit={limit}"))?;
    page["items"].as_array().cloned().context("a journal without items")
}

/// The 95th percentile of what an event costs, over a thousand events from one on, in
/// milliseconds.
fn appended(client: &mut crate::bench::engine::client::Client, id: &str, from: u64) -> Result<f64> {
    let mut costs = Vec::new();
    let mut after = from;
    while after < from + 1000 {
        let facts = journal(client, id, after, WINDOW + 1)?;
        let time = |fact: Option<&Value>| at_ms(&format!("{{\"at\":{}}}", fact?["at"]));
        let (Some(first), Some(end)) = (time(facts.first()), time(facts.last())) else { break };
        costs.push((end - first).max(0) as f64 / WINDOW as f64);
        after += WINDOW;
    }
    costs.sort_by(f64::total_cmp);
    Ok(percentile(&costs, 95.0))
}

/// Reads the stream to its end, cutting it again and again.
fn cuts(
    server: &Server,
    id: &str,
    last: u64,
    count: usize,
    peer: &'static str,
    record: &mut Record,
) -> Result<()> {
    let watch = Stopwatch::start();
    let (mut seen, mut done) = (0, 0);
    while seen < last {
        interrupt::check()?;
        let mut stream = Stream::open(server, id, seen)?;
        // A different number each time, and all of them together once.
        let most = if done < count { last / count as u64 / 2 + done as u64 % 7 } else { u64::MAX };
        let mut read = 0;
        while read < most {
            let Some(event) = stream.next()? else { break };
            ensure!(event.id == seen + 1, "event {} came after {seen}", event.id);
            seen = event.id;
            read += 1;
        }
        done += 1;
    }
    record.add(peer, "R36 cuts of one stream", done as f64 - 1.0, "cuts");
    record.add(peer, "R36 events lost or doubled (0)", 0.0, "events");
    record.add(peer, "R36 events read", last as f64 / watch.elapsed().as_secs_f64(), "1/s");
    Ok(())
}
