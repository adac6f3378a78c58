//! L3: a hundred people who look at lists and pages, and start something now and then.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::bench::engine::client::Client;
use crate::bench::engine::ours::{percentile, save};
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::Scale;
use crate::bench::load::score::{Bar, Score};
use crate::interrupt;
use crate::stopwatch::Stopwatch;

const PEOPLE: usize = 100;
/// How long each thinks between two requests.
const THINKS: Duration = Duration::from_millis(500);
/// What a person looks at, in turn; every eighth request starts an execution.
const PATHS: [&str; 7] = [
    "/api/v1/executions?limit=50",
    "/api/v1/projects?limit=50",
    "/api/v1/workflows?limit=50",
    "/api/v1/approvals?mine=true",
    "/api/v1/projects/LOAD/work-items?limit=50",
    "/api/v1/executions?status=completed&limit=20",
    "/api/v1/projects/LOAD",
];

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
    let peer = setup.database.peer();
    let server = Server::start(setup, 100, "")?;
    let mut client = server.connect()?;
    let slug = save(&mut client, &workload::chain(3))?;
    client.post("/api/v1/projects", "{\"key\":\"LOAD\",\"name\":\"Load\"}")?;
    let start = format!("/api/v1/workflows/{slug}/execute");
    let (times, failed) = (Mutex::new(Vec::new()), Mutex::new(0_usize));
    let watch = Stopwatch::start();
    let window = Duration::from_secs(scale.people_seconds);
    let person = |number: usize, mut client: Client| -> Result<()> {
        thread::sleep(THINKS.mul_f64(number as f64 / PEOPLE as f64));
        let mut turn = number;
        while watch.elapsed() < window {
            interrupt::check()?;
            turn += 1;
            let asked = Stopwatch::start();
            let (status, _) = match PATHS.get(turn % (PATHS.len() + 1)) {
                Some(path) => client.status("GET", path, "", "")?,
                None => client.status("POST", &start, "", "{}")?,
            };
            let took = asked.elapsed().as_secs_f64() * 1e3;
            times.lock().unwrap_or_else(PoisonError::into_inner).push(took);
            if !matches!(status, 200 | 202) {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            }
            thread::sleep(THINKS);
        }
        Ok(())
    };
    let clients = (0..PEOPLE).map(|_| server.connect()).collect::<Result<Vec<Client>>>()?;
    thread::scope(|scope| {
        let person = &person;
        let people: Vec<_> = clients
            .into_iter()
            .enumerate()
            .map(|(number, client)| scope.spawn(move || person(number, client)))
            .collect();
        people
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| anyhow!("a client panicked"))?)
    })?;
    let mut times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    times.sort_by(f64::total_cmp);
    score.hold(peer, "L3 p95", percentile(&times, 95.0), "ms", Bar::AtMost(200.0));
    score.hold(peer, "L3 p99", percentile(&times, 99.0), "ms", Bar::AtMost(500.0));
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    score.hold(peer, "L3 failures", failed as f64, "requests", Bar::AtMost(0.0));
    score.add(peer, "L3 requests", times.len() as f64 / watch.elapsed().as_secs_f64(), "1/s");
    score.add(peer, "L3 for", watch.elapsed().as_secs_f64(), "s");
    Ok(())
}
