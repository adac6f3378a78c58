//! `hishamos price …`: what models cost, where the bundled table does not know or is not right.

mod file;
mod import;
mod set;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value as Json, json};

use super::project::text;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table, cost};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The prices that win over the bundled table
    List(List),
    /// Set what a model costs from a day on
    Set(set::Set),
    /// Take a price away; what was booked stays
    Remove(set::Remove),
    /// Set the prices of a file, CSV or JSON; shows them first, and sets them with --yes
    Import(import::Import),
    /// What happens to calls without a known price
    Rule(RuleCommand),
}

/// All prices.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// What happens to calls without a known price.
#[derive(Debug, Args)]
pub struct RuleCommand {
    /// The new rule; shows the present one when absent
    #[arg(value_enum)]
    rule: Option<Rule>,
    #[command(flatten)]
    client: ClientFlags,
}

/// The rule.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Rule {
    /// They are made, and the ledger marks them.
    Flag,
    /// They are refused.
    Refuse,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => list(&Client::new(&command.client, environment)?, output).await,
        Command::Set(command) => set::set(command, output, environment).await,
        Command::Remove(command) => set::remove(command, output, environment).await,
        Command::Import(command) => import::import(command, output, environment).await,
        Command::Rule(command) => rule(command, output, environment).await,
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let prices = client.get("/api/v1/prices").await?["items"].take();
    let mut table = Table::new([
        ("Model", Align::Left),
        ("From", Align::Left),
        ("In", Align::Right),
        ("Out", Align::Right),
        ("Cached in", Align::Right),
        ("Cache write", Align::Right),
    ]);
    for price in prices.as_array().into_iter().flatten() {
        let [input, output, cached, write] = amounts(price);
        table.row([model(price), text(&price["valid_from"]), input, output, cached, write]);
    }
    let empty =
        "no prices of your own, so the bundled table counts; set one with \"hishamos price set\"";
    output.table(&prices, &table, empty);
    if !table.is_empty() {
        output.say("\nin dollars for a million tokens");
    }
    Ok(())
}

async fn rule(command: RuleCommand, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let path = "/api/v1/prices/rule";
    let rule = match command.rule {
        None => client.get(path).await?,
        Some(Rule::Flag) => client.put(path, &json!({ "unknown_price": "flag" })).await?,
        Some(Rule::Refuse) => client.put(path, &json!({ "unknown_price": "refuse" })).await?,
    };
    let line = if rule["unknown_price"] == "refuse" {
        "refuse: calls without a known price are refused"
    } else {
        "flag: calls without a known price are made, and the ledger marks them"
    };
    output.line(&rule, line);
    Ok(())
}

/// The model of a price as people name it.
fn model(price: &Json) -> String {
    let model = price["model"].as_str().unwrap_or("*");
    format!("{}/{model}", text(&price["platform"]))
}

/// What a price says, for people: in, out, cached in, cache write.
fn amounts(price: &Json) -> [String; 4] {
    let amount = |field: &str| price[field].as_i64().map(cost).unwrap_or_default();
    if price["is_free"] == true {
        return ["free".to_owned(), "free".to_owned(), String::new(), String::new()];
    }
    ["input_micros", "output_micros", "cached_input_micros", "cache_write_micros"].map(amount)
}
