//! `hishamos workflow run FILE`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value as Json, json};

use super::file::{checked, read};
use crate::client::{Client, ClientFlags};
use crate::command::execution;
use crate::command::project::text;
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::Output;

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

/// Starts an execution of a file.
pub async fn start(command: Run, output: Output, environment: &Environment) -> Result<()> {
    let definition = read(&command.file)?;
    checked(&command.file, &definition)?;
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

/// `NAME=VALUE` pairs as an object.
pub fn inputs(pairs: &[String]) -> Result<Map<String, Json>> {
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
