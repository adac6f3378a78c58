//! R31: an execution with as many events as one may have, and what appending to it costs.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::engine::client::Client;
use crate::bench::engine::ours::{percentile, save};
use crate::bench::engine::server::{Server, Setup};
use crate::bench::load::Scale;
use crate::bench::load::listing::{is_over, moment_of};
use crate::bench::load::score::{Bar, Score};
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// How many events an execution may have.
const MOST_EVENTS: u64 = 50_000;
/// Over how many events one latency is measured, since times are whole milliseconds.
const WINDOW: u64 = 20;

/// One step after the other over a list, again and again: never two at once, so that each
/// appends in a commit of its own.
pub(super) const LONG: &str = "name: Long
inputs: { items: { type: list, required: true } }
steps:
  - {id: a, needs: [], strategy: {matrix: {i: '${{ inputs.items }}'}, max-parallel: 1}, tool: set, with: {ok: true}}
  - {id: b, needs: [a], strategy: {matrix: {i: '${{ inputs.items }}'}, max-parallel: 1}, tool: set, with: {ok: true}}
  - {id: c, needs: [b], strategy: {matrix: {i: '${{ inputs.items }}'}, max-parallel: 1}, tool: set, with: {ok: true}}
";

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
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
    score.add(peer, "R31 the whole history", watch.elapsed().as_secs_f64(), "s");
    let last = last_event(&mut client, &id)?;
    score.add(peer, "R31 events of the history", last as f64, "events");
    if last >= MOST_EVENTS {
        let told = &ended["error"]["code"];
        ensure!(told == "history_too_long", "a history of {last} events ended with {told}");
    }
    let middle = (last / 50).max(1000).min(last / 2);
    let early = appended(&mut client, &id, middle)?;
    let late = appended(&mut client, &id, last - middle - WINDOW)?;
    score.add(peer, "R31 append p95 at 1k events", early, "ms");
    score.add(peer, "R31 append p95 at the end", late, "ms");
    // One that is too short to be measured counts as the shortest that can be.
    let times = late / early.max(1.0 / WINDOW as f64);
    score.hold(peer, "R31 append at the end, times 1k", times, "x", Bar::AtMost(2.0));
    Ok(())
}

/// The number of the last event: by halving, since pages are short.
pub(super) fn last_event(client: &mut Client, id: &str) -> Result<u64> {
    let (mut low, mut high) = (0, MOST_EVENTS * 2);
    while low < high {
        let middle = low + (high - low) / 2;
        if journal(client, id, middle, 1)?.is_empty() { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

fn journal(client: &mut Client, id: &str, after: u64, limit: u64) -> Result<Vec<Value>> {
    let page =
        client.get(&format!("/api/v1/executions/{id}/journal?after={after}&limit={limit}"))?;
    page["items"].as_array().cloned().context("a journal without items")
}

/// The 95th percentile of what an event costs, over a thousand events from one on, in
/// milliseconds.
fn appended(client: &mut Client, id: &str, from: u64) -> Result<f64> {
    let mut costs = Vec::new();
    let mut after = from;
    while after < from + 1000 {
        let facts = journal(client, id, after, WINDOW + 1)?;
        let time = |fact: Option<&Value>| moment_of(fact?, "at");
        let (Some(first), Some(end)) = (time(facts.first()), time(facts.last())) else { break };
        costs.push((end - first).max(0) as f64 / WINDOW as f64);
        after += WINDOW;
    }
    costs.sort_by(f64::total_cmp);
    Ok(percentile(&costs, 95.0))
}
