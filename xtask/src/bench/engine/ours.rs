//! Ours, through the public HTTP API, as any client would use it: an execution counts as
//! done when the API shows its final state.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bench::engine::client::Client;
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Database, Server, Setup};
use crate::bench::engine::workload::{self, FAN, Sizes};
use crate::bench::engine::{Options, Part, crash, memory};
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// How many executions may run at the same time while W1 to W4 are measured.
const RUNNING: usize = 1024;
const IDLE: Duration = Duration::from_secs(5);

/// All parts that are wanted.
pub fn measure(
    setup: &Setup<'_>,
    options: &Options,
    sizes: &Sizes,
    record: &mut Record,
) -> Result<()> {
    let peer = setup.database.peer();
    let parts = [Part::Idle, Part::W1, Part::W2, Part::W3, Part::W4];
    if parts.iter().any(|part| options.wants(*part)) {
        let mut server = Server::start(setup, RUNNING, "")?;
        if options.wants(Part::Idle) {
            for _ in 0..options.runs {
                server.stop();
                server.start_again()?;
                record.add(peer, "cold start", server.started_s, "s");
            }
            thread::sleep(IDLE);
            let processes = server.processes();
            record.add(peer, "idle RSS", memory::resident_mib(&processes), "MiB");
            if setup.database == Database::Pg {
                record.add(
                    peer,
                    "idle RSS without PostgreSQL",
                    memory::resident_mib(&processes[..1]),
                    "MiB",
                );
            }
        }
        let bench = Bench::prepare(&server, sizes)?;
        bench.many(sizes.runs / 10, sizes.clients)?;
        for _ in 0..options.runs {
            interrupt::check()?;
            if options.wants(Part::W1) {
                bench.w1(peer, record)?;
            }
            if options.wants(Part::W2) {
                record.add(peer, "W2 fan-out 500+join", bench.w2()?, "s");
            }
            if options.wants(Part::W3) {
                let step_ms = bench.w3()? * 1e3 / sizes.chain as f64;
                record.add(peer, "W3 chain, per step", step_ms, "ms");
            }
            if options.wants(Part::W4) {
                bench.w4(peer, record)?;
            }
        }
    }
    if options.wants(Part::W5) {
        for _ in 0..options.runs {
            interrupt::check()?;
            crash::ours(setup, sizes, record)?;
        }
    }
    Ok(())
}

/// A server with the workflows of the workload.
pub struct Bench<'a> {
    server: &'a Server,
    sizes: Sizes,
    three: String,
    fan: String,
    chain: String,
}

impl<'a> Bench<'a> {
    /// Save the workflows.
    pub fn prepare(server: &'a Server, sizes: &Sizes) -> Result<Self> {
        let mut client = server.connect()?;
        let three = save(&mut client, &workload::chain(3))?;
        let fan = save(&mut client, FAN)?;
        let chain = save(&mut client, &workload::chain(sizes.chain))?;
        Ok(Self { server, sizes: *sizes, three, fan, chain })
    }

    fn w1(&self, peer: &'static str, record: &mut Record) -> Result<()> {
        let processes = self.server.processes();
        let (runs, cpu) = (self.sizes.runs as f64, memory::cpu_ms(&processes));
        let seconds = self.many(self.sizes.runs, self.sizes.clients)?;
        let cpu = memory::cpu_ms(&processes) - cpu;
        record.add(peer, "W1 runs", runs / seconds, "runs/s");
        record.add(peer, "W1 processor time a run", cpu / runs, "ms");
        Ok(())
    }

    /// Executions of three steps, asked for by clients that wait for each answer. Returns
    /// the seconds until all have been seen completed.
    pub fn many(&self, runs: usize, clients: usize) -> Result<f64> {
        let connections: Vec<Client> =
            (0..clients).map(|_| self.server.connect()).collect::<Result<_>>()?;
        let asked = AtomicUsize::new(0);
        let path = format!("/api/v1/workflows/{}/execute", self.three);
        let watch = Stopwatch::start();
        thread::scope(|scope| {
            let work = |mut client: Client| {
                while asked.fetch_add(1, Ordering::Relaxed) < runs {
                    client.post_unread(&path, "{}")?;
                }
                Ok(())
            };
            let workers: Vec<_> =
                connections.into_iter().map(|client| scope.spawn(move || work(client))).collect();
            let join = |worker: thread::ScopedJoinHandle<'_, Result<()>>| {
                worker.join().map_err(|_| anyhow::anyhow!("a client panicked"))?
            };
            workers.into_iter().try_for_each(join)
        })?;
        self.wait_for_newest(runs)?;
        Ok(watch.elapsed().as_secs_f64())
    }

    /// Walks the list, newest first, until that many executions have been seen completed.
    fn wait_for_newest(&self, mut runs: usize) -> Result<()> {
        let mut client = self.server.connect()?;
        let mut cursor = String::new();
        while runs > 0 {
            let page =
                client.get(&format!("/api/v1/executions?limit={}{cursor}", runs.min(200)))?;
            let items = page["items"].as_array().context("a list without items")?;
            if !items.iter().map(is_completed).collect::<Result<Vec<_>>>()?.iter().all(|done| *done)
            {
                thread::sleep(Duration::from_millis(2));
                continue;
            }
            runs -= items.len();
            if runs > 0 {
                let next = page["next"]
                    .as_str()
                    .context("the list has fewer executions than were started")?;
                cursor = format!("&cursor={next}");
            }
        }
        Ok(())
    }

    /// Seconds of a fan-out with its join.
    fn w2(&self) -> Result<f64> {
        execute(&mut self.server.connect()?, &self.fan, &workload::fan_inputs(self.sizes.fan))
    }

    /// Seconds of a long chain.
    fn w3(&self) -> Result<f64> {
        execute(&mut self.server.connect()?, &self.chain, &json!({}))
    }

    fn w4(&self, peer: &'static str, record: &mut Record) -> Result<()> {
        let mut client = self.server.connect()?;
        let mut times = Vec::new();
        for _ in 0..self.sizes.singles {
            times.push(execute(&mut client, &self.three, &json!({}))? * 1e3);
        }
        times.sort_by(f64::total_cmp);
        record.add(peer, "W4 p50", percentile(&times, 50.0), "ms");
        record.add(peer, "W4 p99", percentile(&times, 99.0), "ms");
        Ok(())
    }
}

/// Save a workflow; its slug.
pub fn save(client: &mut Client, definition: &str) -> Result<String> {
    let body = json!({ "definition": definition });
    let saved = client.post("/api/v1/workflows", &body.to_string())?;
    saved["slug"].as_str().map(str::to_owned).context("a saved workflow without a slug")
}

/// Start an execution and be answered when it has ended; the seconds that took.
pub fn execute(client: &mut Client, slug: &str, inputs: &Value) -> Result<f64> {
    let body = json!({ "inputs": inputs }).to_string();
    let watch = Stopwatch::start();
    let path = format!("/api/v1/workflows/{slug}/execute");
    let (status, answer) = client.status("POST", &path, "Prefer: wait=60\r\n", &body)?;
    let seconds = watch.elapsed().as_secs_f64();
    let execution = serde_json::from_slice(&answer).context("an answer that is no JSON")?;
    if status != 200 || !is_completed(&execution)? {
        bail!("the execution had not ended: {status} {execution}");
    }
    Ok(seconds)
}

/// Whether an execution is completed; an error when it ended in another way.
fn is_completed(execution: &Value) -> Result<bool> {
    match execution["status"].as_str() {
        Some("completed") => Ok(true),
        Some("queued" | "running") => Ok(false),
        _ => bail!("an execution did not end well: {execution}"),
    }
}

/// A percentile of sorted values, between two of them in proportion.
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let place = (sorted.len() - 1) as f64 * percent / 100.0;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (sorted[above] - sorted[below]) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_lie_between_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!((percentile(&values, 50.0) - 50.5).abs() < 1e-9);
        assert!((percentile(&values, 99.0) - 99.01).abs() < 1e-9);
        assert!((percentile(&[7.0], 99.0) - 7.0).abs() < 1e-9);
    }
}
