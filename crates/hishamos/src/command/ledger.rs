//! `hishamos ledger`: every call of a model, line by line.

use base::VirtualKeyId;
use clap::Args;
use serde_json::{Value as Json, json};

use super::given::{self, Part, more};
use super::project::text;
use super::virtual_key;
use crate::client::{Client, ClientFlags, query};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table, cost, seconds, tokens};

/// Every call of a model, the newest first.
#[derive(Debug, Args)]
pub struct LedgerCommand {
    /// Only the calls that this platform served
    #[arg(long, value_name = "NAME")]
    platform: Option<String>,
    /// Only the calls of this model, such as openai/gpt-5
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Only the calls on this person's account, by name or id
    #[arg(long, value_name = "PERSON")]
    user: Option<String>,
    /// Only the calls of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only the calls for this project
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// Only the calls of this virtual key, by name or id
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Only the calls of this execution
    #[arg(long, value_name = "ID")]
    execution: Option<String>,
    /// Only the calls that ended like this: ok, error or interrupted; or running
    #[arg(long)]
    status: Option<String>,
    /// The first day, such as 2026-01-31, or a moment
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day, or the moment at which the time ends
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    #[command(flatten)]
    part: Part,
    #[command(flatten)]
    client: ClientFlags,
}

/// Asks for the calls and prints them.
pub async fn run(command: LedgerCommand, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let user = match &command.user {
        Some(user) => Some(given::person(&client, user).await?),
        None => None,
    };
    let key = match command.key {
        Some(key) if key.parse::<VirtualKeyId>().is_err() => {
            Some(virtual_key::id(&client, &key).await?)
        }
        other => other,
    };
    let filters = [
        ("platform", command.platform),
        ("model", command.model),
        ("user", user),
        ("agent", command.agent),
        ("project", command.project),
        ("key", key),
        ("execution", command.execution),
        ("status", command.status),
        ("since", command.from),
        ("until", command.to),
    ];
    let path = query("/api/v1/model-calls", filters);
    let (items, next) = command.part.of(&client, &path).await?;
    let page = json!({ "items": items, "next": next });
    output.table(&page, &table(&page), "no calls");
    if !output.is_json() {
        more(output, next.as_deref());
    }
    Ok(())
}

fn table(page: &Json) -> Table {
    let mut table = Table::new([
        ("Began", Align::Left),
        ("Model", Align::Left),
        ("For", Align::Left),
        ("End", Align::Left),
        ("Tokens in", Align::Right),
        ("Tokens out", Align::Right),
        ("Cost", Align::Right),
        ("Took", Align::Right),
        ("Remark", Align::Left),
    ])
    .fit(8, crate::terminal::Live::width());
    for call in page["items"].as_array().into_iter().flatten() {
        let number = |field: &str| call[field].as_i64().unwrap_or(0);
        table.row([
            text(&call["started_at"]),
            text(&call["model"]),
            caller(call),
            text(&call["outcome"]),
            tokens(number("input_tokens")),
            tokens(number("output_tokens")),
            cost(number("cost_micros")),
            seconds(number("duration_ms")),
            remark(call),
        ]);
    }
    table
}

/// Who asked: an agent's step, or a client with its key.
fn caller(call: &Json) -> String {
    let parts = [&call["project"], &call["key_name"], &call["agent"], &call["step"], &call["door"]];
    let parts: Vec<String> = parts.into_iter().map(text).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// What one has to know about the figures, and why it failed.
fn remark(call: &Json) -> String {
    let calls = call["calls"].as_i64().unwrap_or(1);
    let remarks = [
        (call["is_cached"] == true).then(|| "from the cache".to_owned()),
        (call["estimated"] == true).then(|| "estimated".to_owned()),
        (call["cost_known"] == false).then(|| "no known price".to_owned()),
        (calls > 1).then(|| format!("{calls} calls")),
        call["error"].as_str().map(str::to_owned),
    ];
    remarks.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
