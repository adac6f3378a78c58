//! R9: the clock of a server jumps by an hour and by a day, forward and back, while executions
//! and a schedule run. The server goes on driving them, no timer ends before its time by the
//! clock that it has, and no time of the schedule fires twice. The clock is libfaketime's,
//! with which the program is loaded; what it is off by stands in a file, which is read
//! whenever the clock is. The clock that nobody sets stays as it is.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::Database;
use crate::apt;
use crate::bench::engine::client::Client;
use crate::bench::engine::ours::save;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::load::listing::{all, is_quiet, moment_of};
use crate::bench::load::moment;
use crate::interrupt;
use crate::repo::Repo;
use crate::services::postgres::Postgres;
use crate::stopwatch::Stopwatch;

/// Which program, and on what.
#[derive(Args)]
pub struct Options {
    /// This program instead of a release that is built.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// On which database.
    #[arg(long, default_value = "both")]
    pub database: Database,
}

/// What the clock is off by, in seconds, one after the other. At the last one every timer is due.
const OFFSETS: [i64; 7] = [-3600, 0, 3600, 0, 86_400, 0, 90_000];
/// How long the clock stays as it was set: longer than a lease lasts.
const HOLD: Duration = Duration::from_secs(20);
/// How often the server is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(200);
/// How many executions begin right before each jump; one more begins at each look.
const AT_ONCE: usize = 20;
/// How far the server's clock may be from what it was set to, in milliseconds.
const APART_MS: i64 = 30_000;
/// Until everything has to have ended once every timer is due.
const PATIENCE: Duration = Duration::from_mins(2);

/// A timer. What a step may take is counted by the clock too, so the step after it has a
/// month.
const NAP: &str = "name: Nap
steps:
  - {id: nap, needs: [], wait: {seconds: 2}}
  - {id: done, needs: [nap], tool: set, timeout-minutes: 43200, with: {is: done}}
";
/// What the schedule starts.
const TICK: &str = "name: Tick
steps:
  - {id: say, tool: set, timeout-minutes: 43200, with: {said: tick}}
";

/// Set the clock on each database.
pub fn run(repo: &Repo, options: &Options, postgres: Option<&Postgres>) -> Result<()> {
    apt::install(&[&apt::FAKETIME])?;
    let library = apt::faketime().context("there is no libfaketime; install libfaketime")?;
    let program = repo.release_program(options.program.as_deref())?;
    for database in options.database.each() {
        let setup = Setup { program: &program, database, postgres };
        println!("{}: {}", database.peer(), jumps(&setup, &library)?);
    }
    Ok(())
}

/// The clock that a server is loaded with.
struct Clock(TempDir);

impl Clock {
    /// A clock that is right.
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        let clock = Self(folder);
        clock.set(0)?;
        Ok(clock)
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("clock")
    }

    /// Set it to be off by so many seconds. It is read at any moment, so it is replaced whole.
    fn set(&self, offset: i64) -> Result<()> {
        let draft = self.0.path().join("draft");
        fs::write(&draft, format!("{offset:+}\n")).context("cannot write a clock")?;
        fs::rename(&draft, self.file()).context("cannot set a clock")
    }

    /// What a program has to find in its environment.
    fn environment(&self, library: &Path) -> Vec<(&'static str, OsString)> {
        vec![
            ("LD_PRELOAD", library.into()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().into()),
            ("FAKETIME_NO_CACHE", "1".into()),
            // The name of this changed from one version to the next.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("DONT_FAKE_MONOTONIC", "1".into()),
            ("NO_FAKE_STAT", "1".into()),
        ]
    }
}

/// The times of a schedule, as it tells of the last one.
#[derive(Default)]
struct Ticks {
    /// The last time, in milliseconds since 1970, and its execution.
    last: Option<(i64, String)>,
    /// How many times were seen as the last one.
    seen: usize,
}

impl Ticks {
    /// An error when a time was kept again: a second execution, or an earlier time than before.
    fn note(&mut self, schedule: &Value) -> Result<()> {
        let last = &schedule["last_run"];
        let Some(at) = moment_of(last, "at") else { return Ok(()) };
        let id = last["execution_id"].as_str().unwrap_or_default().to_owned();
        if let Some((before, execution)) = &self.last {
            ensure!(at >= *before, "the schedule went back to a time that it had kept: {last}");
            ensure!(at > *before || id == *execution, "a time has two executions: {last}");
        }
        self.seen += usize::from(self.last.as_ref().is_none_or(|(before, _)| at > *before));
        self.last = Some((at, id));
        Ok(())
    }
}

/// Lets the clock of a server jump; what came of it.
fn jumps(setup: &Setup<'_>, library: &Path) -> Result<String> {
    let clock = Clock::new()?;
    let mut server = Server::start(setup, 100, "")?;
    server.stop();
    server.change_environment(clock.environment(library));
    server.start_again()?;
    let mut client = server.connect()?;
    let (slug, tick) = (save(&mut client, NAP)?, save(&mut client, TICK)?);
    let body = json!({ "workflow": tick, "cron": "* * * * * *" });
    let schedule = client.post("/api/v1/schedules", &body.to_string())?;
    let id = schedule["id"].as_str().context("a schedule without an id")?;
    let schedule = format!("/api/v1/schedules/{id}");
    let mut ticks = Ticks::default();
    for offset in OFFSETS {
        for _ in 0..AT_ONCE {
            start(&mut client, &slug)?;
        }
        clock.set(offset)?;
        let watch = Stopwatch::start();
        while watch.elapsed() < HOLD {
            interrupt::check()?;
            let accepted = start(&mut client, &slug)?;
            let apart = accepted - moment::now_ms() - offset * 1000;
            ensure!(apart.abs() < APART_MS, "the clock was not set: it is {apart} ms off");
            let ready = client.get("/ready")?;
            ensure!(
                ready["checks"]["engine"] == "active",
                "with its clock off by {offset} s the server drives nothing: {ready}"
            );
            ticks.note(&client.get(&schedule)?)?;
            thread::sleep(LOOK);
        }
    }
    let query = format!("workflow={slug}");
    let watch = Stopwatch::start();
    while !is_quiet(&mut client, &query)? {
        interrupt::check()?;
        ensure!(watch.elapsed() < PATIENCE, "not everything ends although every timer is due");
        thread::sleep(LOOK);
    }
    let executions = all(&mut client, &query)?;
    let mut timers = 0;
    for execution in &executions {
        timers += on_time(&mut client, execution)?;
    }
    ensure!(timers == executions.len(), "{timers} timers of {} executions", executions.len());
    ensure!(ticks.seen > 0, "the schedule never fired");
    Ok(format!(
        "{} jumps, {timers} timers, none early; the server drove all the time; the schedule was seen at {} times, never at one that it had kept",
        OFFSETS.len(),
        ticks.seen
    ))
}

/// Starts an execution; when it was accepted by the server's clock, in milliseconds.
fn start(client: &mut Client, slug: &str) -> Result<i64> {
    let made = client.post(&format!("/api/v1/workflows/{slug}/execute"), "{}")?;
    moment_of(&made, "created_at").context("an execution without a time")
}

/// An execution completed without being taken up again, and its timers ended at their times
/// or after them; how many there were.
fn on_time(client: &mut Client, execution: &Value) -> Result<usize> {
    ensure!(
        execution["status"] == "completed" && execution["recovered"] == 0,
        "it did not run through: {execution}"
    );
    let id = execution["id"].as_str().context("an execution without an id")?;
    let journal = client.get(&format!("/api/v1/executions/{id}/journal?limit=200"))?;
    let facts = journal["items"].as_array().context("a journal without items")?;
    let (mut until, mut ended) = (BTreeMap::new(), 0);
    for fact in facts {
        let body = &fact["body"];
        let attempt = ["step", "instance", "attempt"].map(|name| body[name].as_u64());
        match fact["kind"].as_str() {
            Some("wait_started") => {
                let due = moment_of(body, "until").context("a timer without an end")?;
                until.insert(attempt, due);
            }
            Some("attempt_completed") => {
                let Some(due) = until.remove(&attempt) else { continue };
                let at = moment_of(fact, "at").context("a fact without a time")?;
                ensure!(at >= due, "a timer ended {} ms early: {journal}", due - at);
                ended += 1;
            }
            Some(_) => {}
            None => bail!("a fact without a kind: {fact}"),
        }
    }
    ensure!(until.is_empty(), "a timer never ended: {journal}");
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Ticks;

    #[test]
    fn times_that_are_kept_again_are_noticed() {
        let check = |seen: &[(u8, &str)], is_fine: bool| {
            let mut ticks = Ticks::default();
            let told = seen.iter().map(|(second, execution)| {
                let at = format!("2026-01-01T00:00:{second:02}.000Z");
                json!({ "last_run": { "at": at, "execution_id": execution } })
            });
            let noted: Result<Vec<()>, _> = told.map(|told| ticks.note(&told)).collect();
            assert_eq!(noted.is_ok(), is_fine, "{seen:?}");
        };
        check(&[(1, "a"), (1, "a"), (2, "b"), (4, "c")], true);
        check(&[(1, "a"), (2, "b"), (1, "a")], false);
        check(&[(1, "a"), (1, "b")], false);
        let mut ticks = Ticks::default();
        ticks.note(&json!({ "last_run": null })).unwrap();
        assert_eq!(ticks.seen, 0);
    }
}
