//! How a command's answer is printed: a table for people, JSON for scripts.

use std::io::{ErrorKind, Write as _};
use std::sync::OnceLock;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::Live;
use super::table::Table;
use crate::failure::{Failure, Result};

/// Why a part of the answer could not be printed, where that happened.
static LOST: OnceLock<String> = OnceLock::new();

/// The form of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// For scripts; events are one object a line.
    Json,
    /// With commas, for spreadsheets; `hishamos usage` has it.
    Csv,
}

/// Flags that every command has.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Output {
    /// How to print the answer
    #[arg(short = 'o', long = "output", value_enum, default_value = "table", global = true)]
    pub format: Format,
    /// Print nothing but the answer
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

impl Output {
    /// Whether JSON is wanted.
    pub fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Whether a table with commas is wanted.
    pub fn is_csv(self) -> bool {
        self.format == Format::Csv
    }

    /// Prints the answer as a table, or the value as JSON.
    pub fn table(self, value: &impl Serialize, table: &Table, empty: &str) {
        if self.is_json() {
            print_json(value);
        } else if table.is_empty() {
            self.say(empty);
        } else {
            table.lines().iter().for_each(|line| print_line(line));
        }
    }

    /// Prints the answer as one line, or the value as JSON.
    pub fn line(self, value: &impl Serialize, line: &str) {
        if self.is_json() { print_json(value) } else { print_line(line) }
    }

    /// Prints a remark that is not the answer.
    pub fn say(self, text: &str) {
        if !self.quiet && !self.is_json() {
            print_line(text);
        }
    }

    /// Prints a remark on standard error, where scripts that read the answer do not stumble over it.
    pub fn remark(self, text: &str) {
        if !self.quiet {
            print_remark(text);
        }
    }

    /// A live line, unless the answer is for a script.
    pub fn live(self) -> Live {
        Live::new(!self.quiet && !self.is_json())
    }
}

/// Prints a value as JSON.
pub fn print_json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print_line(&text),
        Err(error) => eprintln!("hishamos: the answer cannot be written as JSON: {error}"),
    }
}

/// Prints a value as one line of JSON, for streams of them.
pub fn print_json_line(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => print_line(&text),
        Err(error) => eprintln!("hishamos: an event cannot be written as JSON: {error}"),
    }
}

/// Prints a line.
pub fn print_line(line: &str) {
    print_text(&format!("{line}\n"));
}

/// Prints a line on standard error.
pub fn print_remark(line: &str) {
    // There is nobody to tell when even this cannot be written.
    let _ = std::io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

/// Prints a text as it is; [`all_printed`] tells whether it could be.
pub fn print_text(text: &str) {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        // `hishamos … | head` closes the pipe early; that is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => {
            LOST.get_or_init(|| error.to_string());
        }
    }
}

/// Fails when a part of the answer could not be printed, as into a file on a full disk: half a
/// list must not pass for the whole one.
pub fn all_printed() -> Result<()> {
    LOST.get().map_or(Ok(()), |reason| {
        Err(Failure::failed(format!("the answer could not be written as a whole: {reason}")))
    })
}
