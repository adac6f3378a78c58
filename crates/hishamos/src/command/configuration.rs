//! `hishamos config …`.

use clap::Subcommand;

use crate::config::{self, Environment, ServeFlags};
use crate::failure::Result;
use crate::terminal::{Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show every value with its origin; secrets are masked
    Print(ServeFlags),
}

/// Runs one of them.
pub fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    let Command::Print(flags) = command;
    let reading = config::read(&flags, environment, "info")?;
    let mut table = Table::of_text(["Key", "Value", "From"]);
    for line in &reading.lines {
        table.row([line.key.clone(), line.value.clone(), line.origin.clone()]);
    }
    output.table(&reading.lines, &table, "");
    Ok(())
}
