//! `hishamos execution …`.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::given::{Part, more};
use super::project::text;
use crate::client::{Client, ClientFlags, part, query};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table, cost, print_json_line, tokens};
use crate::watch::{failure_of, follow};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The executions, the newest first
    List(List),
    /// One execution with its steps
    Show(One),
    /// Follow an execution to its end
    Watch(One),
    /// Stop an execution for good
    Cancel(Cancel),
    /// Start no new steps
    Pause(One),
    /// Go on
    Resume(One),
}

/// Which executions.
#[derive(Debug, Args)]
pub struct List {
    /// Only those in this state
    #[arg(long)]
    status: Option<String>,
    /// Only those of this project
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    client: ClientFlags,
}

/// Which execution.
#[derive(Debug, Args)]
pub struct One {
    /// The execution's id
    id: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Stop an execution.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The execution's id
    id: String,
    /// Why, for those who read it later
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => list(command, output, environment).await,
        Command::Show(one) => {
            let client = Client::new(&one.client, environment)?;
            let detail = client.get(&format!("/api/v1/executions/{}", part(&one.id)?)).await?;
            show(&detail, output);
            Ok(())
        }
        Command::Watch(one) => {
            watch(&Client::new(&one.client, environment)?, &one.id, output).await
        }
        Command::Cancel(one) => {
            let client = Client::new(&one.client, environment)?;
            order(&client, &one.id, "cancel", &json!({ "reason": one.reason }), output).await
        }
        Command::Pause(one) => {
            let client = Client::new(&one.client, environment)?;
            order(&client, &one.id, "pause", &json!({}), output).await
        }
        Command::Resume(one) => {
            let client = Client::new(&one.client, environment)?;
            order(&client, &one.id, "resume", &json!({}), output).await
        }
    }
}

/// Follows an execution; fails when it did not end well.
pub(super) async fn watch(client: &Client, id: &str, output: Output) -> Result<()> {
    let execution = follow(client, id, output).await?;
    if output.is_json() {
        print_json_line(&execution);
    } else {
        output.say(&totals(&execution));
    }
    failure_of(&execution).map_or(Ok(()), Err)
}

async fn order(client: &Client, id: &str, verb: &str, body: &Json, output: Output) -> Result<()> {
    let path = format!("/api/v1/executions/{}/{verb}", part(id)?);
    let execution = client.post(&path, body).await?;
    output.line(&execution, &format!("execution {id} is {}", text(&execution["status"])));
    Ok(())
}

async fn list(command: List, output: Output, environment: &Environment) -> Result<()> {
    let filters = [("status", command.status), ("project", command.project)];
    let client = Client::new(&command.client, environment)?;
    let path = query("/api/v1/executions", filters);
    let (executions, next) = command.part.of(&client, &path).await?;
    let mut table = Table::new([
        ("Id", Align::Left),
        ("Status", Align::Left),
        ("Done", Align::Right),
        ("Project", Align::Left),
        ("Workflow", Align::Left),
        ("Title", Align::Left),
    ])
    .fit(5, crate::terminal::Live::width());
    for execution in &executions {
        table.row([
            text(&execution["id"]),
            text(&execution["status"]),
            format!("{} %", execution["progress"]["percent"]),
            text(&execution["project"]),
            text(&execution["workflow"]["slug"]),
            text(&execution["title"]),
        ]);
    }
    output.table(&executions, &table, "no executions");
    more(output, next.as_deref());
    Ok(())
}

fn show(detail: &Json, output: Output) {
    let mut table = Table::new([
        ("Step", Align::Left),
        ("Status", Align::Left),
        ("Instances", Align::Right),
        ("Tokens in", Align::Right),
        ("Tokens out", Align::Right),
        ("Cost", Align::Right),
    ]);
    for step in detail["steps"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let number = |field: &str| step["usage"][field].as_i64().unwrap_or(0);
        table.row([
            text(&step["name"]),
            text(&step["status"]),
            step["instances"].as_array().map_or(0, Vec::len).to_string(),
            tokens(number("input_tokens")),
            tokens(number("output_tokens")),
            cost(number("cost_micros")),
        ]);
    }
    output.say(&format!(
        "{} · {} · {} %",
        text(&detail["title"]),
        text(&detail["status"]),
        detail["progress"]["percent"]
    ));
    output.table(detail, &table, "no steps");
    if let Some(why) = detail["error"]["message"].as_str() {
        output.say(&format!("\n{why}"));
    }
}

/// What an execution used, in one line.
pub fn totals(execution: &Json) -> String {
    let number = |field: &str| execution["usage"][field].as_i64().unwrap_or(0);
    format!(
        "{}: {} model calls, {} tokens in, {} out, {}",
        text(&execution["status"]),
        number("model_calls"),
        tokens(number("input_tokens")),
        tokens(number("output_tokens")),
        cost(number("cost_micros"))
    )
}
