//! `hishamos workflow validate FILE`.

use std::path::PathBuf;

use clap::Args;
use engine::{Problem, definition};
use serde_json::{Value as Json, json};

use super::file::{line, read};
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::{Failure, Result};
use crate::terminal::Output;

/// Check a file.
#[derive(Debug, Args)]
pub struct Validate {
    /// The definition, YAML or JSON; - reads standard input
    file: PathBuf,
    /// Ask the server too, which knows the agents, commands, tools and workflows that are named
    #[arg(long)]
    names: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// Checks it: nothing is executed, and without `--names` no server is asked.
pub async fn validate(command: Validate, output: Output, environment: &Environment) -> Result<()> {
    let written = read(&command.file)?;
    let mut problems = match definition::parse(&written) {
        Ok(definition) => definition.schedule_problems(),
        Err(problems) => problems,
    };
    if command.names && problems.is_empty() {
        let client = Client::new(&command.client, environment)?;
        let body = json!({ "definition": written });
        let mut found = client.post("/api/v1/workflows/validate", &body).await?;
        problems = told(found["problems"].take())?;
    }
    let lines: Vec<String> = problems.iter().map(|problem| line(&command.file, problem)).collect();
    let shown = command.file.display();
    if problems.is_empty() {
        output.line(&json!({ "valid": true, "problems": [] }), &format!("{shown} is fine"));
        return Ok(());
    }
    output.line(&json!({ "valid": false, "problems": problems }), &lines.join("\n"));
    let count = problems.len();
    let word = if count == 1 { "problem" } else { "problems" };
    Err(Failure::failed(format!("{shown} has {count} {word}")))
}

fn told(problems: Json) -> Result<Vec<Problem>> {
    serde_json::from_value(problems).map_err(|error| {
        Failure::failed(format!(
            "the server's answer is not understood ({error}); is it the same version?"
        ))
    })
}
