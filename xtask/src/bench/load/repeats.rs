//! R34: the same request ten thousand times, sixty-four at once, makes one execution.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use crate::bench::engine::client::Client;
use crate::bench::engine::ours::save;
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::Scale;
use crate::stopwatch::Stopwatch;

const CLIENTS: usize = 64;
/// How many different keys there are.
const KEYS: usize = 10;

/// Measure it, and fail when a repetition made another execution.
pub fn measure(setup: &Setup<'_>, scale: Scale, record: &mut Record) -> Result<()> {
    let peer = setup.database.peer();
    let server = Server::start(setup, 100, "")?;
    let slug = save(&mut server.connect()?, &workload::chain(3))?;
    let path = format!("/api/v1/workflows/{slug}/execute");
    let (asked, other) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let made = Mutex::new(BTreeSet::new());
    let watch = Stopwatch::start();
    let work = |mut client: Client| -> Result<()> {
        loop {
            let turn = asked.fetch_add(1, Ordering::Relaxed);
            if turn >= scale.many {
                return Ok(());
            }
            let header = format!("Idempotency-Key: k{}\r\n", turn % KEYS);
            let (status, body) = client.status("POST", &path, &header, "{}")?;
            if status == 202 {
                let body: Value = serde_json::from_slice(&body).context("no JSON")?;
                let id = body["id"].as_str().context("an execution without an id")?.to_owned();
                made.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
            } else {
                other.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let clients = (0..CLIENTS).map(|_| server.connect()).collect::<Result<Vec<Client>>>()?;
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> =
            clients.into_iter().map(|client| scope.spawn(move || work(client))).collect();
        workers
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| anyhow!("a client panicked"))?)
    })?;
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner).len();
    let listed = server.connect()?.get("/api/v1/executions?limit=200")?;
    let listed = listed["items"].as_array().context("a list without items")?.len();
    ensure!(
        made == KEYS && listed == KEYS,
        "{KEYS} keys made {made} executions, {listed} are listed"
    );
    let seconds = watch.elapsed().as_secs_f64();
    record.add(peer, "R34 executions of 10 keys (10)", listed as f64, "executions");
    record.add(
        peer,
        "R34 answers that were not the first's",
        other.into_inner() as f64,
        "requests",
    );
    record.add(peer, "R34 repetitions", scale.many as f64 / seconds, "1/s");
    Ok(())
}
