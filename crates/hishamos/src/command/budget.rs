//! `hishamos budget …`: what may be spent, by whom and on what.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json};

use super::given::{Turn, micros, put, some_change};
use super::project::text;
use crate::client::{Client, ClientFlags, part};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All budgets and what is spent of them
    List(List),
    /// Set a budget
    Add(Add),
    /// Change a budget; what is not named stays
    Change(Change),
    /// Take a budget away; what was spent stays in the ledger
    Remove(Remove),
}

/// All budgets.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Set a budget.
#[derive(Debug, Args)]
pub struct Add {
    /// Whose: organisation, department, project, sprint, epic, item, execution, step, user,
    /// key or provider
    scope: String,
    /// Which one: a project's key, a user's id, a provider's name; none for the organisation
    scope_id: Option<String>,
    /// The most that may be spent, in dollars
    #[arg(long, value_name = "DOLLARS", allow_negative_numbers = true)]
    cap: f64,
    /// In which time: total, day, week or month
    #[arg(long, default_value = "month")]
    period: String,
    /// What happens then: stop, pause or `fallback:MODEL`
    #[arg(long, default_value = "stop")]
    on_exceeded: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Change a budget.
#[derive(Debug, Args)]
pub struct Change {
    /// Its id
    id: String,
    /// The most that may be spent, in dollars
    #[arg(long, value_name = "DOLLARS", allow_negative_numbers = true)]
    cap: Option<f64>,
    /// What happens then: stop, pause or `fallback:MODEL`
    #[arg(long)]
    on_exceeded: Option<String>,
    #[command(flatten)]
    turn: Turn,
    #[command(flatten)]
    client: ClientFlags,
}

/// Take a budget away.
#[derive(Debug, Args)]
pub struct Remove {
    /// Its id
    id: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => list(&Client::new(&command.client, environment)?, output).await,
        Command::Add(command) => add(command, output, environment).await,
        Command::Change(command) => change(command, output, environment).await,
        Command::Remove(command) => {
            let client = Client::new(&command.client, environment)?;
            client.delete(&format!("/api/v1/budgets/{}", part(&command.id)?)).await?;
            let value = serde_json::json!({ "removed": command.id });
            output.line(&value, &format!("removed {}", command.id));
            Ok(())
        }
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let budgets = Json::Array(client.all("/api/v1/budgets").await?);
    let mut table = Table::new([
        ("Id", Align::Left),
        ("Of", Align::Left),
        ("Period", Align::Left),
        ("Spent", Align::Right),
        ("Cap", Align::Right),
        ("Then", Align::Left),
        ("State", Align::Left),
    ]);
    for budget in budgets.as_array().into_iter().flatten() {
        let of = format!("{} {}", text(&budget["scope"]), text(&budget["scope_id"]));
        table.row([
            text(&budget["id"]),
            of.trim_end().to_owned(),
            text(&budget["period"]),
            dollars(&budget["spent_micros"]),
            dollars(&budget["cap_micros"]),
            text(&budget["on_exceeded"]),
            if budget["is_active"] == true { "counts" } else { "off" }.to_owned(),
        ]);
    }
    output.table(&budgets, &table, "no budgets; set one with \"hishamos budget add\"");
    Ok(())
}

async fn add(command: Add, output: Output, environment: &Environment) -> Result<()> {
    let cap = micros("--cap", command.cap)?;
    let mut body = Map::new();
    body.insert("scope".to_owned(), command.scope.clone().into());
    body.extend(command.scope_id.map(|id| ("scope_id".to_owned(), id.into())));
    body.insert("period".to_owned(), command.period.into());
    body.insert("cap_micros".to_owned(), cap.into());
    body.insert("on_exceeded".to_owned(), command.on_exceeded.into());
    let client = Client::new(&command.client, environment)?;
    let made = client.post("/api/v1/budgets", &Json::Object(body)).await?;
    let line = format!("{} may spend {}", command.scope, dollars(&made["cap_micros"]));
    output.line(&made, &line);
    Ok(())
}

async fn change(command: Change, output: Output, environment: &Environment) -> Result<()> {
    let mut body = Map::new();
    let cap = command.cap.map(|cap| micros("--cap", cap)).transpose()?;
    put(&mut body, "cap_micros", cap);
    put(&mut body, "on_exceeded", command.on_exceeded);
    put(&mut body, "is_active", command.turn.wanted());
    some_change(&body)?;
    let client = Client::new(&command.client, environment)?;
    let path = format!("/api/v1/budgets/{}", part(&command.id)?);
    let budget = client.get(&path).await?;
    put(&mut body, "version", Some(budget["version"].clone()));
    let changed = client.patch(&path, &Json::Object(body)).await?;
    let line = format!(
        "{} may spend {}, {} is spent",
        text(&changed["scope"]),
        dollars(&changed["cap_micros"]),
        dollars(&changed["spent_micros"])
    );
    output.line(&changed, &line);
    Ok(())
}

/// A sum for people; calls cost fractions of a cent.
fn dollars(micros: &Json) -> String {
    format!("${:.4}", micros.as_i64().unwrap_or_default() as f64 / 1_000_000.0)
}
