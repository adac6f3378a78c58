//! What was done, how long it took and how it ended, as a table at the end.

use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::counts::Counts;
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// How a stage ended.
enum Outcome {
    Ok,
    Failed(String),
    /// It could not be judged here; the reason is said in the table.
    Unknown(String),
}

struct Stage {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
    counts: Counts,
}

/// What a stage found out, when it could run to its end.
#[derive(Default)]
pub struct Finding {
    /// The tests it ran.
    pub counts: Counts,
    /// The runner's own words, repeated at the end.
    pub summary: Option<String>,
    /// Why it fails although it ran to its end.
    pub failure: Option<String>,
    /// Why nothing can be said.
    pub unknown: Option<String>,
}

/// The stages of one task.
pub struct Stages {
    done: Vec<Stage>,
    summaries: Vec<String>,
    watch: Stopwatch,
}

impl Stages {
    /// No stages yet.
    pub fn new() -> Self {
        Self { done: Vec::new(), summaries: Vec::new(), watch: Stopwatch::start() }
    }

    /// Run a stage that the following ones stand on: its failure ends the task.
    pub fn prepare<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        println!("\n==> {name}");
        let watch = Stopwatch::start();
        let result = work();
        let outcome = match &result {
            Ok(_) => Outcome::Ok,
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        self.end(name, watch.elapsed(), outcome, Counts::default());
        result
    }

    /// Run a stage that checks something: its failure is recorded and the next one runs.
    pub fn check(&mut self, name: &'static str, work: impl FnOnce() -> Result<Finding>) {
        if interrupt::requested() {
            return;
        }
        println!("\n==> {name}");
        let watch = Stopwatch::start();
        let found = work();
        self.record(name, watch.elapsed(), found);
    }

    /// Run a stage that waits more than it works beside others, which follow one another.
    /// What they print is mixed, line by line.
    pub fn check_beside(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<Finding> + Send,
        others: impl FnOnce(&mut Self),
    ) {
        if interrupt::requested() {
            return;
        }
        println!("\n==> {name}, beside what follows");
        let ended = thread::scope(|scope| {
            let beside = scope.spawn(|| {
                let watch = Stopwatch::start();
                let found = work();
                (watch.elapsed(), found)
            });
            others(self);
            beside.join()
        });
        let (took, found) =
            ended.unwrap_or_else(|_| (Duration::ZERO, Err(anyhow!("the stage panicked"))));
        self.record(name, took, found);
    }

    fn record(&mut self, name: &'static str, took: Duration, found: Result<Finding>) {
        let (outcome, counts) = match found {
            Err(error) => {
                eprintln!("error: {error:#}");
                (Outcome::Failed(format!("{error:#}")), Counts::default())
            }
            Ok(finding) => {
                self.summaries.extend(finding.summary.map(|line| format!("{name}: {line}")));
                let outcome = match (finding.failure, finding.unknown) {
                    (Some(why), _) => Outcome::Failed(why),
                    (None, Some(why)) => Outcome::Unknown(why),
                    (None, None) => Outcome::Ok,
                };
                (outcome, finding.counts)
            }
        };
        self.end(name, took, outcome, counts);
    }

    /// Whether nothing has failed.
    pub fn is_ok(&self) -> bool {
        !self.done.iter().any(|stage| matches!(stage.outcome, Outcome::Failed(_)))
    }

    /// Print the table, the runners' own summaries and the closing line.
    pub fn report(&self) {
        println!("\n{:<30} {:>8}  outcome", "stage", "seconds");
        for stage in &self.done {
            let seconds = stage.took.as_secs_f64();
            println!("{:<30} {seconds:>8.1}  {}", stage.name, stage.said());
        }
        if !self.summaries.is_empty() {
            println!();
        }
        for line in &self.summaries {
            println!("{line}");
        }
        let total: Counts = self.done.iter().map(|stage| stage.counts).sum();
        let failed: Vec<&Stage> =
            self.done.iter().filter(|stage| matches!(stage.outcome, Outcome::Failed(_))).collect();
        // A stage that failed without a failed test (a lint, a build) must not read as "0 failed".
        let untested = failed.iter().filter(|stage| stage.counts.failed == 0).count();
        let seconds = self.watch.elapsed().as_secs();
        if failed.is_empty() {
            println!("\neverything asked for passed in {seconds} s");
        } else {
            let names: Vec<&str> = failed.iter().map(|stage| stage.name).collect();
            println!("\nFAILED after {seconds} s: {}", names.join(", "));
        }
        println!("{} passed, {} failed", total.passed, total.failed as usize + untested);
    }

    fn end(&mut self, name: &'static str, took: Duration, outcome: Outcome, counts: Counts) {
        self.done.push(Stage { name, took, outcome, counts });
    }
}

impl Stage {
    fn said(&self) -> String {
        match &self.outcome {
            Outcome::Ok if self.counts == Counts::default() => "ok".to_owned(),
            Outcome::Ok => format!("ok, {} passed", self.counts.passed),
            Outcome::Failed(why) => format!("FAILED: {why}"),
            Outcome::Unknown(why) => format!("NOT CHECKED: {why}"),
        }
    }
}
