//! What was asked and what came of it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Error, Result};
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
    /// What was answered, if it could be read at all.
    answer: Option<Answer>,
    error: Option<Error>,
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
        let (answer, error) = match ask() {
            Ok(answer) => {
                let error = answer.check(task).err();
                (Some(answer), error)
            }
            Err(error) => (None, Some(error)),
        };
        let (door, task, seconds) = (door.name(), task.name(), watch.elapsed().as_secs_f64());
        Self { upstream, door, task, seconds, answer, error }
    }

    /// Something about all questions together.
    pub fn of_all(task: &'static str, check: impl FnOnce() -> Result<()>) -> Self {
        let watch = Stopwatch::start();
        let error = check().err();
        let seconds = watch.elapsed().as_secs_f64();
        Self { upstream: "all", door: "all", task, seconds, answer: None, error }
    }

    fn tokens(&self) -> (u64, u64) {
        self.answer.as_ref().map_or((0, 0), |answer| answer.tokens)
    }

    fn outcome(&self) -> String {
        match (&self.error, &self.answer) {
            (Some(error), _) => format!("FAILED: {error:#}"),
            (None, Some(answer)) if answer.calls.len() > 1 => {
                format!("ok, {} calls", answer.calls.len())
            }
            (None, _) => "ok".to_owned(),
        }
    }

    fn place(&self) -> String {
        format!("{:<18} {:<10} {:<22}", self.upstream, self.door, self.task)
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
        let (place, outcome) = (row.place(), row.outcome());
        println!("{place} {:>8.2} {read:>6} {wrote:>6}  {outcome}", row.seconds);
        self.0.push(row);
    }

    /// The calls and tokens of which clients were told; an answer that is not what was asked
    /// for was made and told all the same.
    pub fn told(&self) -> (usize, u64) {
        let answers = self.0.iter().filter_map(|row| row.answer.as_ref());
        let tokens = answers.clone().map(|answer| answer.tokens.0 + answer.tokens.1);
        (answers.count(), tokens.sum())
    }

    /// Whether all went well.
    pub fn is_good(&self) -> bool {
        self.0.iter().all(|row| row.error.is_none())
    }

    /// Shows how many of each kind passed, all failures once more, and the sums.
    pub fn print(&self) {
        println!("\npassed of asked, whole and streamed");
        println!(
            "{:<18} {:<10} {:>10} {:>10} {:>10}",
            "upstream", "door", "words", "schema", "tool"
        );
        let mut places: Vec<_> = self.0.iter().map(|row| (row.upstream, row.door)).collect();
        places.dedup();
        for (upstream, door) in places.into_iter().filter(|(upstream, _)| *upstream != "all") {
            let of = |kind: Task| {
                let names = Task::ALL.into_iter().filter(|task| task.of() == kind);
                let names: Vec<_> = names.map(Task::name).collect();
                self.passed(|row| {
                    (row.upstream, row.door) == (upstream, door) && names.contains(&row.task)
                })
            };
            let (words, schema, tool) = (of(Task::Text), of(Task::Schema), of(Task::Tool));
            println!("{upstream:<18} {door:<10} {words:>10} {schema:>10} {tool:>10}");
        }
        for row in self.0.iter().filter(|row| row.error.is_some()) {
            println!("{} {}", row.place(), row.outcome());
        }
        let seconds: f64 = self.0.iter().map(|row| row.seconds).sum();
        println!("\n{} passed in {seconds:.0} s", self.passed(|_| true));
    }

    fn passed(&self, is_meant: impl Fn(&Row) -> bool) -> String {
        let rows: Vec<_> = self.0.iter().filter(|row| is_meant(row)).collect();
        let good = rows.iter().filter(|row| row.error.is_none()).count();
        format!("{good}/{}", rows.len())
    }

    /// Appends the rows to a file if one is named.
    pub fn append(&self, file: Option<&Path>) -> Result<()> {
        let Some(file) = file else { return Ok(()) };
        let write = || format!("cannot write {}", file.display());
        let mut out =
            OpenOptions::new().create(true).append(true).open(file).with_context(write)?;
        for row in &self.0 {
            let (read, wrote) = row.tokens();
            let error = row.error.as_ref().map(|error| format!("{error:#}"));
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
