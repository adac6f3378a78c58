//! `hishamos workflow …`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};

use super::execution;
use super::project::text;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a workflow from a file
    Run(Run),
    /// Check a file without running anything; names are checked by the server
    Validate(Validate),
    /// The workflows that the server knows
    List(List),
}

/// Run a workflow from a file.
#[derive(Debug, Args)]
pub struct Run {
    /// The definition, YAML or JSON; - reads standard input
    file: PathBuf,
    /// An input, repeatable; JSON where it is JSON, else text
    #[arg(long = "input", value_name = "NAME=VALUE")]
    inputs: Vec<String>,
    /// The project that it works for
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// The model, when a certain one is wanted
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Follow it to its end
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// Check a file.
#[derive(Debug, Args)]
pub struct Validate {
    /// The definition, YAML or JSON; - reads standard input
    file: PathBuf,
    /// Check the form only, without a server
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// The workflows that the server knows.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::Run(command) => start(command, output, environment).await,
        Command::Validate(command) => validate(command, output, environment).await,
        Command::List(command) => list(command, output, environment).await,
    }
}

async fn start(command: Run, output: Output, environment: &Environment) -> Result<()> {
    let definition = read(&command.file)?;
    check_form(&command.file, &definition)?;
    let body = json!({
        "definition": definition,
        "inputs": inputs(&command.inputs)?,
        "project": command.project,
        "model": command.model,
    });
    let client = Client::new(&command.client, environment)?;
    let execution = client.post("/api/v1/executions", &body).await?;
    let id = text(&execution["id"]);
    if command.watch {
        output.say(&format!("execution {id}"));
        return execution::watch(&client, &id, output).await;
    }
    output.line(&execution, &id);
    output.say(&format!("Follow it with \"hishamos execution watch {id}\"."));
    Ok(())
}

async fn validate(command: Validate, output: Output, environment: &Environment) -> Result<()> {
    let definition = read(&command.file)?;
    check_form(&command.file, &definition)?;
    if !command.offline {
        let client = Client::new(&command.client, environment)?;
        let body = json!({ "definition": definition });
        let found = client.post("/api/v1/workflows/validate", &body).await?;
        let errors = found["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let sentences: Vec<String> = errors.iter().map(sentence).collect();
        if !sentences.is_empty() {
            return Err(wrong(&command.file, &sentences));
        }
    }
    output.line(&json!({ "ok": true }), &format!("{} is fine", command.file.display()));
    Ok(())
}

fn sentence(error: &Json) -> String {
    let place = match (error["line"].as_i64(), error["step"].as_str()) {
        (Some(line), _) if line > 0 => format!("line {line}: "),
        (_, Some(step)) => format!("step \"{step}\": "),
        (_, None) => String::new(),
    };
    let fix = error["fix"].as_str().filter(|fix| !fix.is_empty());
    let fix = fix.map_or_else(String::new, |fix| format!("; {fix}"));
    format!("{place}{}{fix}", text(&error["message"]))
}

/// What is wrong with the text itself is told without asking a server.
fn check_form(file: &Path, definition: &str) -> Result<()> {
    match engine::definition::parse(definition) {
        Ok(_) => Ok(()),
        Err(problems) => {
            Err(wrong(file, &problems.iter().map(ToString::to_string).collect::<Vec<_>>()))
        }
    }
}

fn wrong(file: &Path, sentences: &[String]) -> Failure {
    Failure::invalid(format!("{}: {}", file.display(), sentences.join("\n  ")))
}

fn read(file: &Path) -> Result<String> {
    let shown = file.display();
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.map_err(|error| {
        let exit = if error.kind() == std::io::ErrorKind::NotFound {
            Exit::NotFound
        } else {
            Exit::Failed
        };
        Failure::new(exit, format!("cannot read the workflow file {shown}: {error}"))
    })?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::invalid(format!("{shown} is not text; a workflow is YAML or JSON in UTF-8"))
    })
}

fn inputs(pairs: &[String]) -> Result<Map<String, Json>> {
    let mut inputs = Map::new();
    for pair in pairs {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Failure::new(Exit::Usage, format!("--input \"{pair}\" has no value; write NAME=VALUE"))
        })?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Json::String(value.to_owned()));
        inputs.insert(name.to_owned(), value);
    }
    Ok(inputs)
}

async fn list(command: List, output: Output, environment: &Environment) -> Result<()> {
    let workflows = Client::new(&command.client, environment)?.all("/api/v1/workflows").await?;
    let mut table = Table::new([
        ("Slug", Align::Left),
        ("Steps", Align::Right),
        ("From", Align::Left),
        ("Description", Align::Left),
    ])
    .fit(3, crate::terminal::Live::width());
    for workflow in &workflows {
        table.row([
            text(&workflow["slug"]),
            workflow["steps"].as_array().map_or(0, Vec::len).to_string(),
            text(&workflow["source"]),
            text(&workflow["description"]),
        ]);
    }
    output.table(&workflows, &table, "no workflows");
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn inputs_are_json_where_they_can_be() {
        let pairs = ["a=1", "b=text", "c=[1,2]", "d=x=y", "e="].map(str::to_owned);
        assert_eq!(
            Json::Object(inputs(&pairs).unwrap()),
            json!({"a": 1, "b": "text", "c": [1, 2], "d": "x=y", "e": ""})
        );
        assert_eq!(inputs(&["a".to_owned()]).unwrap_err().exit, Exit::Usage);
    }
}
