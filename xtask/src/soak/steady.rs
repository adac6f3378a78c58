//! R41: one server at seven tenths of what it can do, for minutes or a day. What it holds in
//! memory, its descriptors and SQLite's log are looked at all the time and must not grow.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use super::drift::{Drift, slope};
use crate::bench::engine::client::Client;
use crate::bench::engine::memory;
use crate::bench::engine::ours::save;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// Steps of an execution.
const STEPS: usize = 10;
/// Connections that ask.
const CLIENTS: usize = 32;
/// How many executions run at the same time.
const RUNNING: usize = 1024;
/// Of what it can do.
const LOAD: f64 = 0.7;
/// For how long it is measured what it can do.
const FULL: Duration = Duration::from_secs(20);
/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// SQLite's log, in MiB.
const MOST_LOG: f64 = 64.0;
/// Growth of resident memory, in MiB an hour.
const MOST_SLOPE: f64 = 1.0;
/// Descriptors more in the last quarter than in the first, on average.
const MOST_DESCRIPTORS: f64 = 4.0;
/// A slope over less time than this says little.
const TELLING: Duration = Duration::from_mins(60);

/// What one look saw.
struct Look {
    /// Seconds since the load began.
    at: f64,
    memory_mib: f64,
    descriptors: f64,
    log_mib: f64,
}

/// Load a server for so many minutes; an error names what grew.
pub fn run(setup: &Setup<'_>, minutes: u64) -> Result<()> {
    let name = setup.database.peer();
    let server = Server::start(setup, RUNNING, "")?;
    let slug = save(&mut server.connect()?, &workload::chain(STEPS))?;
    let path = format!("/api/v1/workflows/{slug}/execute");
    let pid = *server.processes().first().context("the server is not running")?;
    let watch = Stopwatch::start();
    let (full, _) = offer(&server, &path, None, FULL)?;
    drain(&mut server.connect()?)?;
    let rate = full as f64 / watch.elapsed().as_secs_f64() * LOAD;
    let lasts = Duration::from_secs(60 * minutes);
    println!("{name}: {rate:.1} executions a second of {STEPS} steps for {minutes} minutes");

    let has_ended = AtomicBool::new(false);
    let (offered, looks) = thread::scope(|scope| {
        let looker = scope.spawn(|| look(pid, &server.sqlite_file(), &has_ended));
        let offered = offer(&server, &path, Some(rate), lasts);
        has_ended.store(true, Ordering::Relaxed);
        let looks = looker.join().map_err(|_| anyhow!("the one who looks panicked"));
        offered.and_then(|offered| Ok((offered, looks??)))
    })?;
    drain(&mut server.connect()?)?;
    judge(name, &looks, offered, lasts)
}

/// Looks at the server until the load has ended.
fn look(pid: u32, database: &Path, has_ended: &AtomicBool) -> Result<Vec<Look>> {
    let watch = Stopwatch::start();
    let log = database.with_extension("db-wal");
    let mut looks = Vec::new();
    while !has_ended.load(Ordering::Relaxed) {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).context("the server has gone")?;
        // PostgreSQL keeps a log of its own, which is not ours to bound.
        let log_bytes = fs::metadata(&log).map_or(0, |log| log.len());
        looks.push(Look {
            at: watch.elapsed().as_secs_f64(),
            memory_mib: memory::resident_mib(&[pid]),
            descriptors: descriptors.count() as f64,
            log_mib: log_bytes as f64 / 1024.0 / 1024.0,
        });
        thread::sleep(LOOK);
    }
    Ok(looks)
}

/// Prints what was seen and says whether it is within the bounds.
fn judge(name: &str, looks: &[Look], offered: (usize, usize), lasts: Duration) -> Result<()> {
    // What comes first warms up: a quarter, and at most ten minutes.
    let warm = (lasts.as_secs_f64() / 4.0).min(600.0);
    let looks: Vec<&Look> = looks.iter().filter(|look| look.at >= warm).collect();
    let series = |of: fn(&Look) -> f64| -> Vec<(f64, f64)> {
        looks.iter().map(|look| (look.at / 3600.0, of(look))).collect()
    };
    let memory = Drift::of(&series(|look| look.memory_mib)).context("too few looks")?;
    let descriptors = Drift::of(&series(|look| look.descriptors)).context("too few looks")?;
    let log = Drift::of(&series(|look| look.log_mib)).context("too few looks")?;
    let rises = slope(&series(|look| look.memory_mib));
    let is_telling = lasts.as_secs_f64() - warm >= TELLING.as_secs_f64();
    let (accepted, refused) = offered;
    println!("{name}: {accepted} executions were accepted and {refused} requests were not");
    println!(
        "{name}: memory {:.1} to {:.1} MiB after {warm:.0} s, rising by {rises:.2} MiB/h (at most {MOST_SLOPE}){}",
        memory.least,
        memory.most,
        if is_telling { "" } else { "; over so short a time the slope is only indicative" },
    );
    println!(
        "{name}: descriptors {} to {}, {:+.1} on average",
        descriptors.least, descriptors.most, descriptors.by
    );
    println!("{name}: SQLite's log at most {:.1} MiB (at most {MOST_LOG})", log.most);
    let mut grown = Vec::new();
    if is_telling && rises > MOST_SLOPE {
        grown.push("memory");
    }
    if descriptors.by > MOST_DESCRIPTORS {
        grown.push("descriptors");
    }
    if log.most > MOST_LOG {
        grown.push("SQLite's log");
    }
    if !grown.is_empty() {
        bail!("{name}: out of bounds: {}", grown.join(", "));
    }
    if refused > 0 {
        bail!("{name}: {refused} requests were not accepted");
    }
    Ok(())
}

/// Asks for executions for a while: as fast as they are answered, or at a rate. How many were
/// accepted, and how many were not.
fn offer(
    server: &Server,
    path: &str,
    rate: Option<f64>,
    lasts: Duration,
) -> Result<(usize, usize)> {
    let (asked, accepted, refused) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let watch = Stopwatch::start();
    let work = |mut client: Client| -> Result<()> {
        while watch.elapsed() < lasts {
            interrupt::check()?;
            let turn = asked.fetch_add(1, Ordering::Relaxed);
            if let Some(rate) = rate {
                let due = Duration::from_secs_f64(turn as f64 / rate);
                thread::sleep(due.saturating_sub(watch.elapsed()));
            }
            let counter = match client.status("POST", path, "", "{}")?.0 {
                202 => &accepted,
                _ => &refused,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    let connections = (0..CLIENTS).map(|_| server.connect()).collect::<Result<Vec<Client>>>()?;
    thread::scope(|scope| {
        let workers: Vec<_> =
            connections.into_iter().map(|client| scope.spawn(move || work(client))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow!("a client panicked"))?)
    })?;
    Ok((accepted.into_inner(), refused.into_inner()))
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
