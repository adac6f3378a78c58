//! What was asked and what came of it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use super::door::Door;
use super::task::{Answer, Task};
use crate::stopwatch::Stopwatch;

/// One question.
pub struct Row {
    upstream: &'static str,
    door: &'static str,
    task: &'static str,
    seconds: f64,
    outcome: Result<Answer>,
}

impl Row {
    /// Asks, and looks at the answer.
    pub fn of(
        upstream: &'static str,
        door: Door,
        task: Task,
        ask: impl FnOnce() -> Result<Answer>,
    ) -> Self {
        let watch = Stopwatch::start();
        let outcome = ask().and_then(|answer| answer.check(task).map(|()| answer));
        let (door, task, seconds) = (door.name(), task.name(), watch.elapsed().as_secs_f64());
        Self { upstream, door, task, seconds, outcome }
    }

    /// Something about all questions together.
    pub fn of_all(task: &'static str, check: impl FnOnce() -> Result<()>) -> Self {
        let watch = Stopwatch::start();
        let outcome = check().map(|()| Answer::default());
        Self { upstream: "all", door: "all", task, seconds: watch.elapsed().as_secs_f64(), outcome }
    }

    fn tokens(&self) -> (u64, u64) {
        self.outcome.as_ref().map_or((0, 0), |answer| answer.tokens)
    }
}

/// All questions.
#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// Adds a row and shows it.
    pub fn push(&mut self, row: Row) {
        if self.0.is_empty() {
            println!(
                "{:<18} {:<10} {:<22} {:>8} {:>6} {:>6}  outcome",
                "upstream", "door", "task", "seconds", "read", "wrote"
            );
        }
        let (read, wrote) = row.tokens();
        let outcome = match &row.outcome {
            Ok(answer) if answer.calls.len() > 1 => format!("ok, {} calls", answer.calls.len()),
            Ok(_) => "ok".to_owned(),
            Err(error) => format!("FAILED: {error:#}"),
        };
        println!(
            "{:<18} {:<10} {:<22} {:>8.2} {read:>6} {wrote:>6}  {outcome}",
            row.upstream, row.door, row.task, row.seconds
        );
        self.0.push(row);
    }

    /// The calls and tokens of which clients were told.
    pub fn told(&self) -> (usize, u64) {
        let tokens = self.0.iter().map(|row| row.tokens().0 + row.tokens().1);
        (self.0.len(), tokens.sum())
    }

    /// Whether all went well.
    pub fn is_good(&self) -> bool {
        self.0.iter().all(|row| row.outcome.is_ok())
    }

    /// Shows the sums.
    pub fn print(&self) {
        let good = self.0.iter().filter(|row| row.outcome.is_ok()).count();
        let seconds: f64 = self.0.iter().map(|row| row.seconds).sum();
        println!("\n{good} of {} passed in {seconds:.0} s", self.0.len());
    }

    /// Appends the rows to a file if one is named.
    pub fn append(&self, file: Option<&Path>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let write = || format!("cannot write {}", file.display());
        let mut out =
            OpenOptions::new().create(true).append(true).open(file).with_context(write)?;
        for row in &self.0 {
            let (read, wrote) = row.tokens();
            let error = row.outcome.as_ref().err().map(|error| format!("{error:#}"));
            let line = json!({
                "upstream": row.upstream, "door": row.door, "task": row.task,
                "passed": error.is_none(), "error": error, "seconds": row.seconds,
                "input_tokens": read, "output_tokens": wrote,
            });
            writeln!(out, "{line}").with_context(write)?;
        }
        Ok(())
    }
}
