//! `hishamos health`: how the platforms are, and how they were.

use clap::Args;
use serde_json::Value as Json;

use super::given::moment;
use super::project::text;
use crate::client::{Client, ClientFlags, query};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Live, Output, Table, cost, tokens};

/// How the platforms are.
#[derive(Debug, Args)]
pub struct HealthCommand {
    /// Only this platform
    platform: Option<String>,
    /// Show how it was: every change of its status, the newest first
    #[arg(long)]
    history: bool,
    /// Since when, such as 2026-01-31 or a moment; a week when absent
    #[arg(long, value_name = "DAY", requires = "history")]
    from: Option<String>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Asks for it and prints it.
pub async fn run(command: HealthCommand, output: Output, environment: &Environment) -> Result<()> {
    let from = command.from.as_deref().map(|from| moment("--from", from)).transpose()?;
    let client = Client::new(&command.client, environment)?;
    let mut health = client.get("/api/v1/platforms/health").await?["items"].take();
    let wanted = command.platform.as_deref();
    only(&mut health, wanted);
    if !command.history {
        found(&health, wanted)?;
        let empty = "no platforms; set one up with \"hishamos platform add\"";
        output.table(&health, &state(&health), empty);
        return Ok(());
    }
    let filters =
        [("platform", command.platform.clone()), ("from", from.map(|from| from.to_string()))];
    let path = query("/api/v1/platforms/health/history", filters);
    let history = client.get(&path).await?["items"].take();
    // one that was removed still has its history
    if history.as_array().is_none_or(Vec::is_empty) {
        found(&health, wanted)?;
    }
    output.table(&history, &changes(&history), "no changes in this time");
    Ok(())
}

/// Leaves the platform that is wanted.
fn only(items: &mut Json, wanted: Option<&str>) {
    if let (Json::Array(items), Some(wanted)) = (items, wanted) {
        items.retain(|item| item["platform"] == wanted);
    }
}

fn found(items: &Json, wanted: Option<&str>) -> Result<()> {
    match wanted {
        Some(wanted) if items.as_array().is_none_or(Vec::is_empty) => Err(Failure::new(
            Exit::NotFound,
            format!("there is no platform \"{wanted}\"; see \"hishamos health\""),
        )),
        Some(_) | None => Ok(()),
    }
}

fn state(items: &Json) -> Table {
    let mut table = Table::new([
        ("Platform", Align::Left),
        ("Status", Align::Left),
        ("First words", Align::Right),
        ("Calls", Align::Right),
        ("Requests/min", Align::Right),
        ("Tokens/min", Align::Right),
        ("Today", Align::Right),
        ("Looked at", Align::Left),
        ("Detail", Align::Left),
    ])
    .fit(8, Live::width());
    for item in items.as_array().into_iter().flatten() {
        let number = |field: &str| item[field].as_i64();
        table.row([
            text(&item["platform"]),
            text(&item["status"]),
            milliseconds(item),
            tokens(number("in_flight").unwrap_or(0)),
            of(number("requests_last_minute"), number("requests_per_minute"), tokens),
            of(number("tokens_last_minute"), number("tokens_per_minute"), tokens),
            of(number("cost_today_micros"), number("daily_budget_micros"), cost),
            text(&item["last_check"]),
            text(&item["detail"]),
        ]);
    }
    table
}

fn changes(items: &Json) -> Table {
    let mut table = Table::new([
        ("Since", Align::Left),
        ("Platform", Align::Left),
        ("Status", Align::Left),
        ("First words", Align::Right),
        ("Detail", Align::Left),
    ])
    .fit(4, Live::width());
    for item in items.as_array().into_iter().flatten() {
        table.row([
            text(&item["at"]),
            text(&item["platform"]),
            text(&item["status"]),
            milliseconds(item),
            text(&item["detail"]),
        ]);
    }
    table
}

fn milliseconds(item: &Json) -> String {
    item["latency_ms"].as_i64().map(|ms| format!("{ms} ms")).unwrap_or_default()
}

/// What is used of what may be used.
fn of(used: Option<i64>, most: Option<i64>, shown: fn(i64) -> String) -> String {
    let used = shown(used.unwrap_or(0));
    most.map_or_else(|| used.clone(), |most| format!("{used} of {}", shown(most)))
}
