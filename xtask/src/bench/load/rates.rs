//! L1, L2 and L6: how many durable steps a second; how soon an execution starts at half of
//! that; what remains of it when three times as many are offered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::bench::engine::client::Client;
use crate::bench::engine::memory;
use crate::bench::engine::ours::{percentile, save};
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::Scale;
use crate::bench::load::stream::at_ms;
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// Steps of an execution.
const STEPS: usize = 10;
/// Connections that ask.
const CLIENTS: usize = 64;
/// How many executions run at the same time.
const RUNNING: usize = 1024;

/// Measure them.
pub fn measure(setup: &Setup<'_>, scale: Scale, record: &mut Record) -> Result<()> {
    let peer = setup.database.peer();
    let server = Server::start(setup, RUNNING, "")?;
    let slug = save(&mut server.connect()?, &workload::chain(STEPS))?;
    let path = format!("/api/v1/workflows/{slug}/execute");
    let window = Duration::from_secs(scale.seconds);
    // What comes first warms up.
    offer(&server, &path, None, window / 6)?;
    let full = offer(&server, &path, None, window)?;
    let steps = |outcome: &Outcome| outcome.completed as f64 * STEPS as f64 / outcome.seconds;
    record.add(peer, "L1 durable steps (>= 500)", steps(&full), "steps/s");

    let rate = full.completed as f64 / full.seconds;
    offer(&server, &path, Some(rate / 2.0), window)?;
    let mut waits = waits(&mut server.connect()?, (rate / 2.0 * window.as_secs_f64()) as usize)?;
    waits.sort_by(f64::total_cmp);
    record.add(peer, "L2 wanted to started p50 (<= 10)", percentile(&waits, 50.0), "ms");
    record.add(peer, "L2 wanted to started p95 (<= 50)", percentile(&waits, 95.0), "ms");
    record.add(peer, "L2 wanted to started p99 (<= 150)", percentile(&waits, 99.0), "ms");

    let over = offer(&server, &path, Some(rate * 3.0), window)?;
    let share = steps(&over) / steps(&full) * 100.0;
    record.add(peer, "L6 done of L1 at 3 x the load (>= 80)", share, "%");
    record.add(peer, "L6 refused with 429 or 503", over.refused as f64, "requests");
    record.add(peer, "L6 other failures (0)", over.failed as f64, "requests");
    record.add(peer, "L6 RSS after", memory::resident_mib(&server.processes()[..1]), "MiB");
    Ok(())
}

/// What came of an offer.
struct Outcome {
    /// Executions that ended within the window.
    completed: usize,
    seconds: f64,
    refused: usize,
    failed: usize,
}

/// Asks for executions for a while: as many as are answered, or at a rate that does not care
/// about answers, so that a slow server gets no fewer requests.
fn offer(server: &Server, path: &str, rate: Option<f64>, window: Duration) -> Result<Outcome> {
    let before = completed(&mut server.connect()?)?;
    let (asked, refused, failed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let watch = Stopwatch::start();
    // Many connections at a rate, so that there is always a free one.
    let clients = if rate.is_some() { CLIENTS * 4 } else { CLIENTS };
    let work = |mut client: Client| -> Result<()> {
        loop {
            let turn = asked.fetch_add(1, Ordering::Relaxed);
            let due = rate.map(|rate| Duration::from_secs_f64(turn as f64 / rate));
            if due.is_some_and(|due| due >= window) || watch.elapsed() >= window {
                return Ok(());
            }
            if let Some(rest) = due.and_then(|due| due.checked_sub(watch.elapsed())) {
                thread::sleep(rest);
            }
            match client.status("POST", path, "", "{}")?.0 {
                202 => {}
                429 | 503 => drop(refused.fetch_add(1, Ordering::Relaxed)),
                _ => drop(failed.fetch_add(1, Ordering::Relaxed)),
            }
        }
    };
    let connections = (0..clients).map(|_| server.connect()).collect::<Result<Vec<Client>>>()?;
    thread::scope(|scope| {
        let workers: Vec<_> =
            connections.into_iter().map(|client| scope.spawn(move || work(client))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow!("a client panicked"))?)
    })?;
    let seconds = watch.elapsed().as_secs_f64();
    let outcome = Outcome {
        completed: completed(&mut server.connect()?)? - before,
        seconds,
        refused: refused.into_inner(),
        failed: failed.into_inner(),
    };
    drain(&mut server.connect()?)?;
    Ok(outcome)
}

/// How many executions the server counts as completed since its start.
fn completed(client: &mut Client) -> Result<usize> {
    let (_, text) = client.status("GET", "/metrics", "", "")?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let name = "hishamos_executions_total{status=\"completed\"} ";
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(line.map_or(Ok(0.0), str::parse::<f64>).context("a count that is no number")? as usize)
}

/// Waits until nothing is under way.
fn drain(client: &mut Client) -> Result<()> {
    for status in ["queued", "running"] {
        let path = format!("/api/v1/executions?limit=1&status={status}");
        while client.get(&path)?["items"].as_array().is_some_and(|items| !items.is_empty()) {
            interrupt::check()?;
            thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

/// Milliseconds between being accepted and starting, of the newest executions.
fn waits(client: &mut Client, most: usize) -> Result<Vec<f64>> {
    let mut waits = Vec::new();
    let mut cursor = String::new();
    while waits.len() < most {
        let page = client.get(&format!("/api/v1/executions?limit=200{cursor}"))?;
        for item in page["items"].as_array().context("a list without items")? {
            let time = |field: &str| at_ms(&format!("{{\"at\":{}}}", item[field]));
            if let (Some(made), Some(started)) = (time("created_at"), time("started_at")) {
                waits.push((started - made) as f64);
            }
        }
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    waits.truncate(most);
    Ok(waits)
}

/// Whether a document's execution has ended well; for parts that look at one.
pub fn is_over(execution: &Value) -> bool {
    !matches!(execution["status"].as_str(), Some("queued" | "running" | "waiting_approval"))
}
