//! R34: the same request ten thousand times, sixty-four at once, makes one execution; with
//! another body it is refused.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::engine::client::Client;
use crate::bench::engine::ours::save;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::Scale;
use crate::bench::load::ask::at_once;
use crate::bench::load::listing::all;
use crate::bench::load::score::{Bar, Score};
use crate::interrupt;
use crate::stopwatch::Stopwatch;

const CLIENTS: usize = 64;
/// How many different keys there are.
const KEYS: usize = 10;

/// What the answers were.
#[derive(Default)]
struct Answers {
    /// The id that the first answer of each key gave.
    first: Mutex<BTreeMap<usize, String>>,
    /// Answers with another id than the first.
    different: AtomicUsize,
    /// 409: the first is still under way.
    early: AtomicUsize,
    /// Any other status.
    other: AtomicUsize,
}

impl Answers {
    fn note(&self, key: usize, status: u16, body: &[u8]) -> Result<()> {
        match status {
            202 => {
                let body: Value = serde_json::from_slice(body).context("no JSON")?;
                let id = body["id"].as_str().context("an execution without an id")?;
                let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
                if first.entry(key).or_insert_with(|| id.to_owned()) != id {
                    self.different.fetch_add(1, Ordering::Relaxed);
                }
            }
            409 => drop(self.early.fetch_add(1, Ordering::Relaxed)),
            _ => drop(self.other.fetch_add(1, Ordering::Relaxed)),
        }
        Ok(())
    }
}

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
    let peer = setup.database.peer();
    let server = Server::start(setup, 100, "")?;
    let mut client = server.connect()?;
    let slug = save(&mut client, &workload::chain(3))?;
    let path = format!("/api/v1/workflows/{slug}/execute");
    let (asked, answers) = (AtomicUsize::new(0), Answers::default());
    let work = |mut client: Client| -> Result<()> {
        loop {
            interrupt::check()?;
            let turn = asked.fetch_add(1, Ordering::Relaxed);
            if turn >= scale.many {
                return Ok(());
            }
            let (status, body) = client.status("POST", &path, &header(turn % KEYS), "{}")?;
            answers.note(turn % KEYS, status, &body)?;
        }
    };
    let watch = Stopwatch::start();
    at_once(&server, CLIENTS, work)?;
    let seconds = watch.elapsed().as_secs_f64();
    let mut refused = 0;
    for key in 0..KEYS {
        let body = "{\"priority\":\"high\"}";
        let (status, _) = client.status("POST", &path, &header(key), body)?;
        refused += usize::from(status == 422);
    }
    let made = all(&mut client, "")?.len();
    let none = Bar::AtMost(0.0);
    let all_keys = KEYS as f64;
    score.hold(peer, "R34 executions of 10 keys", made as f64, "executions", Bar::AtMost(all_keys));
    let different = answers.different.into_inner() as f64;
    score.hold(peer, "R34 answers unlike the first", different, "requests", none);
    score.add(peer, "R34 answered 409", answers.early.into_inner() as f64, "requests");
    let other = answers.other.into_inner() as f64;
    score.hold(peer, "R34 other answers", other, "requests", none);
    let least = Bar::AtLeast(all_keys);
    score.hold(peer, "R34 other bodies refused with 422", refused as f64, "requests", least);
    score.add(peer, "R34 repetitions", scale.many as f64 / seconds, "1/s");
    Ok(())
}

fn header(key: usize) -> String {
    format!("Idempotency-Key: k{key}\r\n")
}
