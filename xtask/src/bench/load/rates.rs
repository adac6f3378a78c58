//! L1, L2 and L6: how many durable steps a second; how soon an execution starts at half of
//! that; what remains of it when three times as many are offered.
//!
//! L2 is measured from outside: one of ten executions calls an endpoint of ours in its first
//! step, and what counts is the time from the moment at which its request was due, whenever
//! it could be sent, until the endpoint sees the call.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::bench::engine::client::Client;
use crate::bench::engine::memory;
use crate::bench::engine::ours::{percentile, save};
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::figure::median;
use crate::bench::load::Scale;
use crate::bench::load::ask::{at_once, wait_until};
use crate::bench::load::listing::is_quiet;
use crate::bench::load::score::{Bar, Score};
use crate::bench::load::sink::Sink;
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// Steps of an execution.
const STEPS: usize = 10;
/// Connections that ask without a rate.
const CLIENTS: usize = 64;
/// Connections that ask at a rate: many, so that there is nearly always a free one.
const AT_A_RATE: usize = 256;
/// Connections of an overload: more than the server lets start at the same time.
const FLOODING: usize = 1024;
/// How many executions run at the same time.
const RUNNING: usize = 1024;
/// One of so many is seen from outside.
const SEEN: usize = 10;

/// Measure them.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
    let peer = setup.database.peer();
    let clock = Stopwatch::start();
    let sink = Sink::start_by(&clock, Duration::ZERO)?;
    let configuration = format!("[tools]\nhttp_allow = \"{}\"\n", sink.address);
    let server = Server::start(setup, RUNNING, &configuration)?;
    let mut client = server.connect()?;
    let plain = save(&mut client, &workload::chain(STEPS))?;
    let seen = save(&mut client, &seen_chain(&format!("http://{}", sink.address)))?;
    let path = |slug: &str| format!("/api/v1/workflows/{slug}/execute");
    let offer = Offer { server: &server, clock: &clock, plain: path(&plain), seen: None };
    let window = Duration::from_secs(scale.seconds);
    // What comes first warms up.
    offer.at_and_rest(None, window / 6)?;
    let mut rates = Vec::new();
    for _ in 0..scale.runs {
        let rate = offer.at_and_rest(None, window)?.rate();
        let steps = rate * STEPS as f64;
        score.hold(peer, "L1 durable steps", steps, "steps/s", Bar::AtLeast(500.0));
        rates.push(rate);
    }
    let rate = median(&rates);
    ensure!(rate > 0.0, "nothing was done at all");

    sink.arrivals();
    let half = Offer { seen: Some(path(&seen)), ..offer };
    let offered = half.at_and_rest(Some(rate / 2.0), window)?;
    let waits = offered.waits(&sink.arrivals())?;
    score.add(peer, "L2 executions wanted", offered.asked as f64 / offered.seconds, "1/s");
    score.add(peer, "L2 executions seen from outside", waits.len() as f64, "executions");
    for (metric, percent, most) in [
        ("L2 due to called p50", 50.0, 10.0),
        ("L2 due to called p95", 95.0, 50.0),
        ("L2 due to called p99", 99.0, 150.0),
    ] {
        score.hold(peer, metric, percentile(&waits, percent), "ms", Bar::AtMost(most));
    }

    let over = half.flood(rate * 3.0, window)?;
    let offered = over.asked as f64 / over.seconds / rate;
    score.hold(peer, "L6 offered, times L1", offered, "x", Bar::AtLeast(2.9));
    let share = over.rate() / rate * 100.0;
    score.hold(peer, "L6 done, of L1", share, "%", Bar::AtLeast(80.0));
    score.add(peer, "L6 refused with 429 or 503", over.refused as f64, "requests");
    score.add(peer, "L6 not answered at the end", over.unanswered() as f64, "requests");
    let rude = over.rude as f64;
    score.hold(peer, "L6 refused without Retry-After", rude, "requests", Bar::AtMost(0.0));
    score.hold(peer, "L6 other failures", over.failed as f64, "requests", Bar::AtMost(0.0));
    score.add(peer, "L6 RSS after", memory::resident_mib(&server.processes()[..1]), "MiB");
    Ok(())
}

/// A chain of ten whose first step calls the endpoint.
fn seen_chain(endpoint: &str) -> String {
    let chain = workload::chain(STEPS).replace("Chain of 10", "Seen chain");
    let first = "    tool: set\n    with: { ok: true, i: 0 }\n";
    let call = format!(
        "    tool: http\n    with: {{ method: GET, url: \"{endpoint}/${{{{ inputs.turn }}}}\" }}\n"
    );
    let inputs = "inputs: { turn: { type: string, required: true } }\nsteps:\n";
    chain.replacen(first, &call, 1).replacen("steps:\n", inputs, 1)
}

/// Asks for executions for a while.
struct Offer<'a> {
    server: &'a Server,
    clock: &'a Stopwatch,
    plain: String,
    /// Where one of ten goes, with its turn.
    seen: Option<String>,
}

/// What came of it.
struct Outcome {
    /// Executions that ended within the window.
    completed: usize,
    /// Requests that were sent.
    asked: usize,
    answered: usize,
    /// When each execution that is seen from outside was due, by its turn.
    due: HashMap<String, Duration>,
    seconds: f64,
    refused: usize,
    rude: usize,
    failed: usize,
}

#[derive(Default)]
struct Counts {
    turn: AtomicUsize,
    asked: AtomicUsize,
    answered: AtomicUsize,
    refused: AtomicUsize,
    rude: AtomicUsize,
    failed: AtomicUsize,
    due: Mutex<HashMap<String, Duration>>,
}

impl Counts {
    fn answer(&self, status: u16, was_told_when_to_retry: bool) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        match status {
            202 => {}
            429 | 503 => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                self.rude.fetch_add(usize::from(!was_told_when_to_retry), Ordering::Relaxed);
            }
            _ => drop(self.failed.fetch_add(1, Ordering::Relaxed)),
        }
    }

    fn outcome(self, completed: usize, seconds: f64) -> Outcome {
        Outcome {
            completed,
            asked: self.asked.into_inner(),
            answered: self.answered.into_inner(),
            due: self.due.into_inner().unwrap_or_else(PoisonError::into_inner),
            seconds,
            refused: self.refused.into_inner(),
            rude: self.rude.into_inner(),
            failed: self.failed.into_inner(),
        }
    }
}

impl Offer<'_> {
    /// As many as are answered; or at a rate that does not care about answers, so that a slow
    /// server gets no fewer requests, as long as connections are free.
    fn at(&self, rate: Option<f64>, window: Duration) -> Result<Outcome> {
        let before = completed(&mut self.server.connect()?)?;
        let counts = Counts::default();
        // Once the connections are there: making them is no part of it.
        let begin = OnceLock::new();
        let connections = if rate.is_some() { AT_A_RATE } else { CLIENTS };
        at_once(self.server, connections, |client| {
            let begin = *begin.get_or_init(|| self.clock.elapsed());
            self.work(client, rate, begin, window, &counts)
        })?;
        let begin = begin.get().copied().unwrap_or_default();
        let seconds = self.clock.elapsed().saturating_sub(begin).as_secs_f64();
        let completed = completed(&mut self.server.connect()?)? - before;
        Ok(counts.outcome(completed, seconds))
    }

    /// At a rate that not even slow answers can bring down: each request leaves when it is
    /// due, whether or not those before it on its connection have been answered. What has
    /// not been answered when the time is over never is.
    fn flood(&self, rate: f64, window: Duration) -> Result<Outcome> {
        let mut client = self.server.connect()?;
        let before = completed(&mut client)?;
        let (counts, is_over) = (Counts::default(), AtomicBool::new(false));
        let clients =
            (0..FLOODING).map(|_| self.server.connect()).collect::<Result<Vec<Client>>>()?;
        let mut pairs = Vec::new();
        for client in &clients {
            pairs.push((client.twin()?, client.twin()?));
        }
        let begin = self.clock.elapsed();
        let since = || self.clock.elapsed().saturating_sub(begin);
        let done = thread::scope(|scope| {
            let (counts, is_over, since) = (&counts, &is_over, &since);
            for (mut writer, mut reader) in pairs {
                scope.spawn(move || {
                    loop {
                        let turn = counts.turn.fetch_add(1, Ordering::Relaxed);
                        let due = Duration::from_secs_f64(turn as f64 / rate);
                        if due >= window || is_over.load(Ordering::Relaxed) {
                            return;
                        }
                        thread::sleep(due.saturating_sub(since()));
                        // A connection that breaks is its reader's to tell.
                        if writer.write("POST", &self.plain, "", "{}").is_err() {
                            return;
                        }
                        counts.asked.fetch_add(1, Ordering::Relaxed);
                    }
                });
                scope.spawn(move || {
                    while let Ok((status, _)) = reader.read() {
                        counts.answer(status, reader.was_told_when_to_retry());
                    }
                    let is_early = !is_over.load(Ordering::Relaxed);
                    counts.failed.fetch_add(usize::from(is_early), Ordering::Relaxed);
                });
            }
            while since() < window && interrupt::check().is_ok() {
                thread::sleep(Duration::from_millis(10).min(window.saturating_sub(since())));
            }
            let done = completed(&mut client).map(|after| (after - before, since()));
            is_over.store(true, Ordering::Relaxed);
            clients.iter().for_each(Client::close);
            done
        });
        interrupt::check()?;
        let (completed, took) = done?;
        Ok(counts.outcome(completed, took.as_secs_f64()))
    }

    /// The same, and then waits until nothing is left of it.
    fn at_and_rest(&self, rate: Option<f64>, window: Duration) -> Result<Outcome> {
        let outcome = self.at(rate, window)?;
        let mut client = self.server.connect()?;
        wait_until("nothing is under way", || is_quiet(&mut client, ""))?;
        Ok(outcome)
    }

    fn work(
        &self,
        mut client: Client,
        rate: Option<f64>,
        begin: Duration,
        window: Duration,
        counts: &Counts,
    ) -> Result<()> {
        loop {
            interrupt::check()?;
            let turn = counts.turn.fetch_add(1, Ordering::Relaxed);
            let now = self.clock.elapsed().saturating_sub(begin);
            let due = rate.map_or(now, |rate| Duration::from_secs_f64(turn as f64 / rate));
            if due >= window || now >= window {
                return Ok(());
            }
            thread::sleep(due.saturating_sub(now));
            let (path, body) = match self.seen.as_ref().filter(|_| turn.is_multiple_of(SEEN)) {
                Some(seen) => {
                    let mut all = counts.due.lock().unwrap_or_else(PoisonError::into_inner);
                    all.insert(format!("/{turn}"), begin + due);
                    (seen, format!("{{\"inputs\":{{\"turn\":\"{turn}\"}}}}"))
                }
                None => (&self.plain, "{}".to_owned()),
            };
            counts.asked.fetch_add(1, Ordering::Relaxed);
            let (status, _) = client.status("POST", path, "", &body)?;
            counts.answer(status, client.was_told_when_to_retry());
        }
    }
}

impl Outcome {
    fn rate(&self) -> f64 {
        self.completed as f64 / self.seconds
    }

    fn unanswered(&self) -> usize {
        self.asked.saturating_sub(self.answered)
    }

    /// Milliseconds from being due to being called, sorted; an error when one was not called.
    fn waits(&self, arrivals: &[(String, Duration)]) -> Result<Vec<f64>> {
        let mut first: HashMap<&str, Duration> = HashMap::new();
        for (path, at) in arrivals {
            let known = first.entry(path).or_insert(*at);
            *known = (*known).min(*at);
        }
        let wait = |(path, due): (&String, &Duration)| {
            let at = first.get(path.as_str()).with_context(|| format!("{path} was not called"))?;
            Ok(at.saturating_sub(*due).as_secs_f64() * 1e3)
        };
        let mut waits = self.due.iter().map(wait).collect::<Result<Vec<f64>>>()?;
        waits.sort_by(f64::total_cmp);
        Ok(waits)
    }
}

/// How many executions the server counts as completed since its start.
fn completed(client: &mut Client) -> Result<usize> {
    let (_, text) = client.status("GET", "/metrics", "", "")?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let name = "hishamos_executions_total{status=\"completed\"} ";
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(line.map_or(Ok(0.0), str::parse::<f64>).context("a count that is no number")? as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_step_of_what_is_seen_calls_the_endpoint() {
        let text = seen_chain("http://127.0.0.1:1");
        assert!(text.starts_with("name: Seen chain\ninputs:"), "{text}");
        assert!(text.contains("url: \"http://127.0.0.1:1/${{ inputs.turn }}\""), "{text}");
        assert_eq!(text.matches("tool: set").count(), STEPS - 1);
    }

    #[test]
    fn waits_count_from_when_a_request_was_due() {
        let ms = Duration::from_millis;
        let mut outcome = Outcome {
            completed: 0,
            asked: 0,
            answered: 0,
            due: HashMap::from([("/0".to_owned(), ms(100)), ("/10".to_owned(), ms(200))]),
            seconds: 1.0,
            refused: 0,
            rude: 0,
            failed: 0,
        };
        let arrivals =
            [("/10", 230), ("/0", 105), ("/10", 210)].map(|(path, at)| (path.to_owned(), ms(at)));
        assert_eq!(outcome.waits(&arrivals).expect("all were called"), [5.0, 10.0]);
        outcome.due.insert("/20".to_owned(), ms(1));
        assert!(outcome.waits(&arrivals).is_err());
    }
}
