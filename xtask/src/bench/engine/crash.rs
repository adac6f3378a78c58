//! W5: executions of slow steps, `kill -9` half-way, a restart. Every step writes a line to
//! a log, durable, when it begins and when it ends; the log says what a crash cost.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::bench::engine::endpoint::Endpoint;
use crate::bench::engine::ours;
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload::{self, CRASH_AT_ONCE, CRASH_STEPS, Sizes};
use crate::interrupt;
use crate::stopwatch::{Stopwatch, unix_seconds};

/// How long nothing happens before what is left counts as lost.
const STALL: Duration = Duration::from_secs(25);
/// How long after the kill the restart comes.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether a step began or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It began.
    Start,
    /// It ended.
    End,
}

/// A line of the log: `RUN STEP S|E SECONDS`.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Which execution.
    pub run: String,
    /// Its step, counted from 1.
    pub step: usize,
    /// What happened.
    pub phase: Phase,
    /// When, in seconds since 1970.
    pub at: f64,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = if self.phase == Phase::Start { 'S' } else { 'E' };
        writeln!(f, "{} {} {phase} {:.6}", self.run, self.step, self.at)
    }
}

impl FromStr for Line {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let fields: Vec<&str> = text.split(' ').collect();
        let [run, step, phase, at] = fields[..] else { return Err(()) };
        let phase = match phase {
            "S" => Phase::Start,
            "E" => Phase::End,
            _ => return Err(()),
        };
        let (step, at) = (step.parse().map_err(drop)?, at.parse().map_err(drop)?);
        Ok(Self { run: run.to_owned(), step, phase, at })
    }
}

/// The whole lines of a log.
pub fn read(log: &Path) -> Vec<Line> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')?.parse().ok()).collect()
}

/// What a crash cost.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// Executions whose last step ended.
    completed: usize,
    /// Executions that had begun and not ended when it was killed.
    interrupted: usize,
    /// Those of them that ended in the end.
    interrupted_completed: usize,
    /// Steps that were under way when it was killed.
    cut_off: usize,
    /// Steps that had ended before the kill and began again after it.
    repeated: usize,
    /// When the first step after the restart began, and the first of an interrupted execution.
    first: Option<f64>,
    first_interrupted: Option<f64>,
    /// When the last step ended.
    last: Option<f64>,
}

/// Reads the outcome from the log: what stood in it at the kill, and all of it.
fn judge(before: usize, lines: &[Line]) -> Outcome {
    let (before, after) = lines.split_at(before);
    let key = |line: &Line| (line.run.clone(), line.step);
    let of = |lines: &[Line], phase| -> BTreeSet<(String, usize)> {
        lines.iter().filter(|line| line.phase == phase).map(key).collect()
    };
    let completed = |lines: &[Line]| -> BTreeSet<String> {
        let ended = of(lines, Phase::End).into_iter();
        ended.filter(|(_, step)| *step == CRASH_STEPS).map(|(run, _)| run).collect()
    };
    let (begun, ended) = (of(before, Phase::Start), of(before, Phase::End));
    let done = completed(lines);
    let begun_runs: BTreeSet<String> = begun.iter().map(|(run, _)| run.clone()).collect();
    let interrupted: BTreeSet<String> =
        begun_runs.difference(&completed(before)).cloned().collect();
    let starts = || after.iter().filter(|line| line.phase == Phase::Start);
    Outcome {
        completed: done.len(),
        interrupted: interrupted.len(),
        interrupted_completed: interrupted.intersection(&done).count(),
        cut_off: begun.difference(&ended).count(),
        repeated: starts().map(key).collect::<BTreeSet<_>>().intersection(&ended).count(),
        first: starts().map(|line| line.at).reduce(f64::min),
        first_interrupted: starts()
            .filter(|line| interrupted.contains(&line.run))
            .map(|line| line.at)
            .reduce(f64::min),
        last: after.iter().map(|line| line.at).reduce(f64::max),
    }
}

/// What can be crashed: an engine that runs the steps, ours or another's.
pub trait Crashable {
    /// Kill it as it stands, with everything that belongs to it.
    fn kill(&mut self) -> Result<()>;
    /// Start it again, without giving it new work. Returns when it has been asked to.
    fn restart(&mut self) -> Result<()>;
}

/// Kills and restarts what is already working, and records what that cost.
pub fn crash(
    peer: &'static str,
    engine: &mut dyn Crashable,
    log: &Path,
    sizes: &Sizes,
    record: &mut Record,
) -> Result<()> {
    wait_for_ends(log, sizes.kill_at)?;
    engine.kill()?;
    // What was about to be written is written; nothing of the engine is left.
    thread::sleep(PAUSE);
    let before = read(log).len();
    let restarted = unix_seconds();
    engine.restart()?;
    let lines = wait_for_all(log, sizes.crash_runs)?;
    let outcome = judge(before, &lines);
    let runs = sizes.crash_runs as f64;
    let mut add = |metric, value: f64, unit| record.add(peer, metric, value, unit);
    add("W5 completed runs", outcome.completed as f64, "runs");
    add("W5 runs not finished (lost or stuck)", runs - outcome.completed as f64, "runs");
    add("W5 in-flight runs at kill", outcome.interrupted as f64, "runs");
    add("W5 in-flight runs finished after", outcome.interrupted_completed as f64, "runs");
    add("W5 steps cut off at kill", outcome.cut_off as f64, "steps");
    add("W5 ended steps run again", outcome.repeated as f64, "steps");
    for (metric, at) in [
        ("W5 restart to first step", outcome.first),
        ("W5 restart to first step of an in-flight run", outcome.first_interrupted),
        ("W5 restart to last step", outcome.last),
    ] {
        if let Some(at) = at {
            add(metric, at - restarted, "s");
        }
    }
    Ok(())
}

fn wait_for_ends(log: &Path, count: usize) -> Result<()> {
    let watch = Stopwatch::start();
    while read(log).iter().filter(|line| line.phase == Phase::End).count() < count {
        interrupt::check()?;
        if watch.elapsed() > Duration::from_secs(120) {
            bail!("only {} lines were written to the log of steps in two minutes", read(log).len());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Waits until every execution has ended, or nothing happens any more.
fn wait_for_all(log: &Path, runs: usize) -> Result<Vec<Line>> {
    let mut quiet = Stopwatch::start();
    let mut seen = 0;
    loop {
        interrupt::check()?;
        let lines = read(log);
        let ended =
            lines.iter().filter(|line| line.step == CRASH_STEPS && line.phase == Phase::End);
        let done: BTreeSet<&str> = ended.map(|line| line.run.as_str()).collect();
        if done.len() >= runs || quiet.elapsed() > STALL {
            return Ok(lines);
        }
        if lines.len() != seen {
            seen = lines.len();
            quiet = Stopwatch::start();
        }
        thread::sleep(Duration::from_millis(50));
    }
}

impl Crashable for Server {
    fn kill(&mut self) -> Result<()> {
        Self::kill(self)
    }

    fn restart(&mut self) -> Result<()> {
        self.start_again()
    }
}

/// Ours: the steps ask an endpoint by the tool `http`.
pub fn ours(setup: &Setup<'_>, sizes: &Sizes, record: &mut Record) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let log = folder.path().join("steps.log");
    let endpoint = Endpoint::start(&log)?;
    let allowed = format!("[tools]\nhttp_allow = \"{}\"\n", endpoint.address);
    let mut server = Server::start(setup, CRASH_AT_ONCE, &allowed)?;
    let mut client = server.connect()?;
    let slug = ours::save(&mut client, &workload::crash(&format!("http://{}", endpoint.address)))?;
    for run in 0..sizes.crash_runs {
        let body = json!({ "inputs": { "run": format!("r{run}") } });
        client.post_unread(&format!("/api/v1/workflows/{slug}/execute"), &body.to_string())?;
    }
    let peer = setup.database.peer();
    crash(peer, &mut server, &log, sizes, record)?;
    record.add(peer, "W5 restart to worker ready", server.started_s, "s");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        text.lines().map(|line| line.parse().expect("a line")).collect()
    }

    #[test]
    fn lines_are_read_as_they_are_written() {
        let line = Line { run: "r7".to_owned(), step: 3, phase: Phase::End, at: 1.25 };
        assert_eq!(line.to_string().trim_end().parse(), Ok(line));
        assert_eq!("r7 3 X 1".parse::<Line>(), Err(()));
    }

    #[test]
    fn outcome_counts_what_was_lost_repeated_and_resumed() {
        // a: done before; b: cut off in 2, with 1 repeated; c: not begun; d: lost.
        let before = "a 5 S 1\na 5 E 2\nb 1 S 1\nb 1 E 2\nb 2 S 3\nd 1 S 3\nd 1 E 4";
        let after = "c 1 S 11\nb 1 S 12\nb 2 S 13\nb 5 S 14\nb 5 E 15\nc 5 S 16\nc 5 E 17";
        let outcome = judge(lines(before).len(), &lines(&format!("{before}\n{after}")));
        let expected = Outcome {
            completed: 3,
            interrupted: 2,
            interrupted_completed: 1,
            cut_off: 1,
            repeated: 1,
            first: Some(11.0),
            first_interrupted: Some(12.0),
            last: Some(17.0),
        };
        assert_eq!(outcome, expected);
    }
}
