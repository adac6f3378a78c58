//! Somebody who looks at the product all the time while it works, and notes how long each
//! answer takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::bench::engine::client::Client;
use crate::bench::engine::ours::percentile;
use crate::bench::engine::server::Server;
use crate::stopwatch::Stopwatch;

/// How long the probe waits between two requests.
const PAUSE: Duration = Duration::from_millis(20);
/// What it looks at, in turn.
const PATHS: [&str; 4] = [
    "/api/v1/executions?limit=50",
    "/api/v1/executions?status=running&limit=20",
    "/api/v1/workflows?limit=50",
    "/api/v1/projects?limit=50",
];

/// A probe that runs.
pub struct Probe {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<f64>>>,
}

impl Probe {
    /// Starts looking at a server.
    pub fn start(server: &Server) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (client, seen) = (server.connect()?, stop.clone());
        let thread = thread::spawn(move || look(client, &seen));
        Ok(Self { stop, thread })
    }

    /// Stops; the milliseconds of all answers, sorted.
    pub fn stop(self) -> Result<Vec<f64>> {
        self.stop.store(true, Ordering::Relaxed);
        let mut times = self.thread.join().map_err(|_| anyhow!("the probe panicked"))??;
        times.sort_by(f64::total_cmp);
        Ok(times)
    }

    /// Stops; the 95th percentile in milliseconds.
    pub fn p95(self) -> Result<f64> {
        Ok(percentile(&self.stop()?, 95.0))
    }
}

fn look(mut client: Client, stop: &AtomicBool) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for path in PATHS.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let watch = Stopwatch::start();
        client.get(path)?;
        times.push(watch.elapsed().as_secs_f64() * 1e3);
        thread::sleep(PAUSE);
    }
    Ok(times)
}
