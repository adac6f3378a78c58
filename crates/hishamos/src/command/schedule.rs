//! `hishamos schedule …`.

use clap::builder::PossibleValue;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value as Json, json};

use super::project::text;
use super::workflow::inputs;
use crate::client::{Client, ClientFlags, part, query};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All schedules with their next times
    List(Nothing),
    /// Start a workflow at certain times
    Create(Create),
    /// See when a cron expression fires
    Preview(Preview),
    /// Start a schedule's workflow now, besides its times
    Run(One),
    /// Turn a schedule on
    Enable(One),
    /// Turn a schedule off
    Disable(One),
    /// Delete a schedule
    Delete(One),
}

/// Nothing but the server.
#[derive(Debug, Args)]
pub struct Nothing {
    #[command(flatten)]
    client: ClientFlags,
}

/// A schedule.
#[derive(Debug, Args)]
pub struct One {
    /// Its id
    id: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// When a cron expression fires.
#[derive(Debug, Args)]
pub struct Preview {
    /// Five fields, or six with seconds first, such as "0 9 * * 1-5"
    cron: String,
    /// The IANA time zone
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    timezone: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// What happens to times that came while no server ran.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Missed {
    /// They are passed over.
    Skip,
    /// One execution makes up for all of them.
    RunOnce,
    /// Each has its execution.
    RunAll,
}

/// A new schedule.
#[derive(Debug, Args)]
pub struct Create {
    /// The slug of the workflow to start
    workflow: String,
    /// Five fields, or six with seconds first, such as "0 9 * * 1-5"
    cron: String,
    /// The IANA time zone
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    timezone: String,
    /// What people call it
    #[arg(long)]
    name: Option<String>,
    /// An input, repeatable; JSON where it is JSON, else text
    #[arg(long = "input", value_name = "NAME=VALUE")]
    inputs: Vec<String>,
    /// The project that its executions work for
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// critical, high, medium or low
    #[arg(long)]
    priority: Option<String>,
    /// What happens to times that came while no server ran
    #[arg(long, value_enum, default_value = "skip")]
    missed: Missed,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => {
            let client = Client::new(&command.client, environment)?;
            list(&client.all("/api/v1/schedules").await?, output);
            Ok(())
        }
        Command::Create(command) => create(command, output, environment).await,
        Command::Preview(command) => preview(command, output, environment).await,
        Command::Run(One { id, client }) => {
            let client = Client::new(&client, environment)?;
            let path = format!("/api/v1/schedules/{}/run", part(&id)?);
            let execution = client.post(&path, &json!({})).await?;
            let id = text(&execution["id"]);
            output.line(&execution, &id);
            output.say(&format!("Follow it with \"hishamos execution watch {id}\"."));
            Ok(())
        }
        Command::Enable(one) => turn(one, true, output, environment).await,
        Command::Disable(one) => turn(one, false, output, environment).await,
        Command::Delete(One { id, client }) => {
            let client = Client::new(&client, environment)?;
            client.delete(&format!("/api/v1/schedules/{}", part(&id)?)).await?;
            output.line(&json!({ "id": id, "deleted": true }), &format!("deleted {id}"));
            Ok(())
        }
    }
}

async fn create(command: Create, output: Output, environment: &Environment) -> Result<()> {
    let missed = command.missed.to_possible_value();
    let body = json!({
        "workflow": command.workflow,
        "cron": command.cron,
        "timezone": command.timezone,
        "name": command.name,
        "inputs": inputs(&command.inputs)?,
        "project": command.project,
        "priority": command.priority,
        "missed": missed.as_ref().map(PossibleValue::get_name),
    });
    let client = Client::new(&command.client, environment)?;
    let made = client.post("/api/v1/schedules", &body).await?;
    let line = format!("made schedule {}, next {}", text(&made["id"]), next(&made));
    output.line(&made, &line);
    Ok(())
}

async fn preview(command: Preview, output: Output, environment: &Environment) -> Result<()> {
    let asked = [("cron", Some(command.cron)), ("timezone", Some(command.timezone))];
    let path = query("/api/v1/schedules/preview", asked);
    let found = Client::new(&command.client, environment)?.get(&path).await?;
    let times = found["next_runs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut lines = vec![text(&found["description"])];
    lines.extend(times.iter().map(text));
    output.line(&found, &lines.join("\n"));
    Ok(())
}

async fn turn(one: One, on: bool, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&one.client, environment)?;
    let path = format!("/api/v1/schedules/{}", part(&one.id)?);
    let changed = client.patch(&path, &json!({ "enabled": on })).await?;
    let line = if on { format!("on, next {}", next(&changed)) } else { "off".to_owned() };
    output.line(&changed, &line);
    Ok(())
}

fn list(schedules: &[Json], output: Output) {
    let mut table = Table::new([
        ("Id", Align::Left),
        ("Workflow", Align::Left),
        ("Times", Align::Left),
        ("Zone", Align::Left),
        ("Next", Align::Left),
        ("Last", Align::Left),
    ]);
    for schedule in schedules {
        table.row([
            text(&schedule["id"]),
            text(&schedule["workflow"]),
            text(&schedule["cron"]),
            text(&schedule["timezone"]),
            next(schedule),
            text(&schedule["last_run"]["status"]),
        ]);
    }
    let empty = "no schedules; make one with \"hishamos schedule create WORKFLOW CRON\"";
    output.table(&schedules, &table, empty);
}

/// The next time of a schedule, as people read it.
fn next(schedule: &Json) -> String {
    match (schedule["enabled"].as_bool(), schedule["next_runs"][0].as_str()) {
        (Some(false), _) => "off".to_owned(),
        (_, Some(next)) => next.to_owned(),
        (_, None) => "never".to_owned(),
    }
}
