//! One platform with all of its fields.

use serde_json::Value as Json;

use super::super::project::text;
use super::Named;
use super::found;
use crate::client::Client;
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Output, Table, cost, tokens};

/// Shows a platform, wherever it was set up.
pub async fn show(command: Named, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let platform = found(&client, &command.name).await?;
    output.table(&platform, &table(&platform), "");
    Ok(())
}

fn table(platform: &Json) -> Table {
    let mut table = Table::of_text(["What", "Value"]);
    let mut line = |what: &str, value: String| table.row([what.to_owned(), value]);
    for (what, field) in [
        ("name", "name"),
        ("kind", "kind"),
        ("set up in", "source"),
        ("address", "base_url"),
        ("key", "api_key"),
        ("default model", "default_model"),
    ] {
        line(what, or(text(&platform[field]), "none"));
    }
    let models: Vec<String> =
        platform["models"].as_array().into_iter().flatten().map(text).collect();
    line("models", or(models.join(", "), "every one that it serves"));
    line("calls may go there", yes(&platform["is_enabled"]));
    let limit = |field: &str, shown: fn(i64) -> String| {
        platform[field].as_i64().map_or_else(|| "any".to_owned(), shown)
    };
    line("requests a minute", limit("requests_per_minute", tokens));
    line("tokens a minute", limit("tokens_per_minute", tokens));
    line("daily budget", limit("daily_budget_micros", cost));
    line("fallback order", platform["fallback_order"].to_string());
    line("weight", platform["weight"].to_string());
    for (name, value) in platform["settings"].as_object().into_iter().flatten() {
        let value = match value {
            Json::String(text) => text.clone(),
            Json::Null => "none".to_owned(),
            other => other.to_string(),
        };
        line(name, value);
    }
    let tested = &platform["tested"];
    if let Some(at) = tested["at"].as_str() {
        let outcome = match tested["error"].as_str() {
            Some(error) => error.to_owned(),
            None => format!("it answered in {} ms", tested["latency_ms"]),
        };
        line("tested", format!("{at}: {outcome}"));
    }
    table
}

fn or(text: String, nothing: &str) -> String {
    if text.is_empty() { nothing.to_owned() } else { text }
}

fn yes(value: &Json) -> String {
    if *value == true { "yes" } else { "no" }.to_owned()
}
