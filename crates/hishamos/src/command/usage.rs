//! `hishamos usage`: what was used and what it cost, by day, platform, model, person, agent or
//! project.

use std::collections::BTreeMap;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde_json::Value as Json;

use super::given;
use super::project::text;
use crate::client::{Client, ClientFlags, query};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table, cost, print_text, seconds, tokens};

/// What was used and what it cost.
#[derive(Debug, Args)]
pub struct UsageCommand {
    /// What a line is for
    #[arg(long, value_enum, default_value = "day")]
    by: By,
    /// The first day, such as 2026-01-31, or a moment; 29 days before today when absent
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day, or the moment at which the time ends; today when absent
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    #[command(flatten)]
    client: ClientFlags,
}

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// A day in UTC.
    Day,
    /// A platform.
    Platform,
    /// A model.
    Model,
    /// A person.
    User,
    /// An agent.
    Agent,
    /// A project.
    Project,
}

/// Asks for the report and prints it.
pub async fn run(command: UsageCommand, output: Output, environment: &Environment) -> Result<()> {
    let by = command.by.to_possible_value();
    let by = by.as_ref().map(PossibleValue::get_name).unwrap_or_default();
    let client = Client::new(&command.client, environment)?;
    let format = output.is_csv().then(|| "csv".to_owned());
    let path = query(
        "/api/v1/usage",
        [
            ("group_by", Some(by.to_owned())),
            ("from", command.from),
            ("to", command.to),
            ("format", format),
        ],
    );
    if output.is_csv() {
        print_text(&client.get_text(&path).await?);
        return Ok(());
    }
    let report = client.get(&path).await?;
    let names = match command.by {
        By::User if !output.is_json() => given::people(&client).await?,
        By::User | By::Day | By::Platform | By::Model | By::Agent | By::Project => BTreeMap::new(),
    };
    output.table(&report, &table(by, &report, &names), "no calls in this time");
    Ok(())
}

/// The lines that have calls, and all of them together.
fn table(by: &str, report: &Json, names: &BTreeMap<String, String>) -> Table {
    let mut head = by.to_owned();
    head[..1].make_ascii_uppercase();
    let mut table = Table::new([
        (head.as_str(), Align::Left),
        ("Calls", Align::Right),
        ("Failed", Align::Right),
        ("Cached", Align::Right),
        ("Unpriced", Align::Right),
        ("Estimated", Align::Right),
        ("Tokens in", Align::Right),
        ("Tokens out", Align::Right),
        ("Cost", Align::Right),
        ("A call took", Align::Right),
    ]);
    let lines = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    for line in lines.iter().filter(|line| line["calls"] != 0) {
        let key = text(&line["key"]);
        let name = match names.get(&key) {
            Some(name) => name.clone(),
            None if key.is_empty() => "(none)".to_owned(),
            None => key,
        };
        table.row(cells(name, line));
    }
    if !table.is_empty() {
        table.row(cells("Total".to_owned(), &report["total"]));
    }
    table
}

fn cells(name: String, line: &Json) -> [String; 10] {
    let number = |field: &str| line[field].as_i64().unwrap_or(0);
    [
        name,
        tokens(number("calls")),
        tokens(number("failed_calls")),
        tokens(number("cached_calls")),
        tokens(number("unpriced_calls")),
        tokens(number("estimated_calls")),
        tokens(number("input_tokens")),
        tokens(number("output_tokens")),
        cost(number("cost_micros")),
        seconds(number("mean_duration_ms")),
    ]
}
