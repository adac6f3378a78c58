//! `hishamos workflow graph FILE|SLUG` and `hishamos workflow diff A B`.

use clap::{Args, ValueEnum};
use engine::definition::diff as compare;

use super::source::definition;
use crate::client::ClientFlags;
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Output, print_json};

/// The language of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A Mermaid flowchart.
    Mermaid,
    /// The language of Graphviz.
    Dot,
    /// Steps and edges.
    Json,
}

/// Draw a workflow.
#[derive(Debug, Args)]
pub struct GraphCommand {
    /// A file (- is standard input), a workflow of the server (SLUG), or a revision of it (SLUG@3)
    workflow: String,
    /// The language of the graph; JSON with -o json
    #[arg(long = "format", value_enum, default_value = "mermaid")]
    language: GraphFormat,
    #[command(flatten)]
    client: ClientFlags,
}

/// Compare two workflows.
#[derive(Debug, Args)]
pub struct DiffCommand {
    /// The first: a file (- is standard input), a workflow of the server (SLUG), or a revision of it (SLUG@3)
    before: String,
    /// The second
    after: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Prints the graph.
pub async fn graph(command: GraphCommand, output: Output, environment: &Environment) -> Result<()> {
    let found = definition(&command.workflow, &command.client, environment).await?;
    let graph = found.graph();
    match command.language {
        GraphFormat::Json => print_json(&graph),
        GraphFormat::Mermaid => output.line(&graph, graph.to_mermaid().trim_end()),
        GraphFormat::Dot => output.line(&graph, graph.to_dot().trim_end()),
    }
    Ok(())
}

/// Prints what changed in meaning, place by place.
pub async fn diff(command: DiffCommand, output: Output, environment: &Environment) -> Result<()> {
    if command.before == "-" && command.after == "-" {
        let message = "standard input can be read once; name a file or a workflow beside it";
        return Err(Failure::new(Exit::Usage, message));
    }
    let before = definition(&command.before, &command.client, environment).await?;
    let after = definition(&command.after, &command.client, environment).await?;
    let changes = compare(&before, &after);
    if changes.is_empty() && !output.is_json() {
        output.say("they mean the same");
        return Ok(());
    }
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    output.line(&changes, &lines.join("\n"));
    Ok(())
}
