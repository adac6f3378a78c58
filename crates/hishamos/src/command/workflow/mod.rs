//! `hishamos workflow …`. What is about files works without a server.

mod exchange;
mod file;
mod graph;
mod list;
mod source;
mod start;
mod validate;

use clap::Subcommand;

use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::Output;

pub use start::inputs;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a workflow from a file
    Run(start::Run),
    /// Check a file without executing anything
    Validate(validate::Validate),
    /// Draw a workflow as Mermaid, DOT or JSON
    Graph(graph::GraphCommand),
    /// Show what changed from one workflow to another
    Diff(graph::DiffCommand),
    /// Save a workflow of the server as a file
    Export(exchange::Export),
    /// Bring a file to the server
    Import(exchange::Import),
    /// The workflows that the server knows
    List(list::List),
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::Run(command) => start::start(command, output, environment).await,
        Command::Validate(command) => validate::validate(command, output, environment).await,
        Command::Graph(command) => graph::graph(command, output, environment).await,
        Command::Diff(command) => graph::diff(command, output, environment).await,
        Command::Export(command) => exchange::export(command, output, environment).await,
        Command::Import(command) => exchange::import(command, output, environment).await,
        Command::List(command) => list::list(command, output, environment).await,
    }
}
