//! Setting one price, and taking one away.

use base::{Clock as _, SystemClock, Timestamp};
use clap::Args;
use serde_json::{Map, Value as Json, json};

use super::super::given::{micros_or_none, moment, put};
use super::{amounts, model};
use crate::client::{Client, ClientFlags, query};
use crate::config::Environment;
use crate::failure::{Failure, Result};
use crate::terminal::Output;

const DAY_MS: i64 = 86_400_000;

/// Set what a model costs.
#[derive(Debug, Args)]
pub struct Set {
    /// The model, such as acme/large, or acme/* for all others of the platform
    model: String,
    /// Dollars for a million tokens that it reads
    #[arg(
        long = "in",
        value_name = "DOLLARS",
        allow_negative_numbers = true,
        required_unless_present = "free",
        conflicts_with = "free"
    )]
    input: Option<f64>,
    /// Dollars for a million tokens that it writes
    #[arg(
        long = "out",
        value_name = "DOLLARS",
        allow_negative_numbers = true,
        required_unless_present = "free",
        conflicts_with = "free"
    )]
    written: Option<f64>,
    /// Dollars for a million tokens from the provider's cache; as --in when absent
    #[arg(
        long = "cached-in",
        value_name = "DOLLARS",
        allow_negative_numbers = true,
        conflicts_with = "free"
    )]
    cached_input: Option<f64>,
    /// Dollars for a million tokens into the provider's cache; as --in when absent
    #[arg(long, value_name = "DOLLARS", allow_negative_numbers = true, conflicts_with = "free")]
    cache_write: Option<f64>,
    /// Its calls cost nothing
    #[arg(long)]
    free: bool,
    /// From when it counts, such as 2026-01-31 or a moment; the beginning of today in UTC when
    /// absent
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Take a price away.
#[derive(Debug, Args)]
pub struct Remove {
    /// The model, as "hishamos price list" shows it
    model: String,
    /// From when it counts, as "hishamos price list" shows it
    #[arg(long, value_name = "DAY")]
    from: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Sets a price; one of the same model and moment is replaced.
pub async fn set(command: Set, output: Output, environment: &Environment) -> Result<()> {
    let (platform, name) = parts(&command.model)?;
    let from = match command.from.as_deref() {
        Some(from) => moment("--from", from)?,
        None => today(),
    };
    let mut price = Map::new();
    put(&mut price, "platform", Some(platform));
    put(&mut price, "model", name);
    put(&mut price, "valid_from", Some(from.to_string()));
    put(&mut price, "is_free", Some(command.free));
    for (flag, field, dollars) in [
        ("--in", "input_micros", command.input),
        ("--out", "output_micros", command.written),
        ("--cached-in", "cached_input_micros", command.cached_input),
        ("--cache-write", "cache_write_micros", command.cache_write),
    ] {
        let micros = dollars.map(|dollars| micros_or_none(flag, dollars)).transpose()?;
        put(&mut price, field, micros);
    }
    let price = Json::Object(price);
    let client = Client::new(&command.client, environment)?;
    client.post("/api/v1/prices", &json!([price])).await?;
    let [input, out, ..] = amounts(&price);
    let line = format!("{} costs {input} in and {out} out from {from} on", model(&price));
    output.line(&price, &line);
    Ok(())
}

/// Takes a price away.
pub async fn remove(command: Remove, output: Output, environment: &Environment) -> Result<()> {
    let (platform, name) = parts(&command.model)?;
    let from = moment("--from", &command.from)?;
    let client = Client::new(&command.client, environment)?;
    let filters =
        [("platform", Some(platform)), ("model", name), ("valid_from", Some(from.to_string()))];
    client.delete(&query("/api/v1/prices", filters)).await?;
    let value = json!({ "removed": command.model, "valid_from": from });
    output.line(&value, &format!("removed the price of {} from {from} on", command.model));
    Ok(())
}

/// The platform and the model of `acme/large`; no model for `acme/*`.
fn parts(text: &str) -> Result<(String, Option<String>)> {
    match text.split_once('/') {
        Some((platform, model)) if !platform.is_empty() && !model.is_empty() => {
            Ok((platform.to_owned(), Some(model.to_owned()).filter(|model| model != "*")))
        }
        Some(_) | None => Err(Failure::invalid(format!(
            "\"{text}\" names no model; write it like acme/large, or acme/* for all of a platform"
        ))),
    }
}

/// When the day began, so that a price that is set twice on a day is one price.
fn today() -> Timestamp {
    let now = SystemClock.now().as_millis();
    Timestamp::from_millis(now - now.rem_euclid(DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_named_with_their_platform() {
        let check = |text: &str, expected: Option<(&str, Option<&str>)>| {
            let found = parts(text).ok();
            let found =
                found.as_ref().map(|(platform, model)| (platform.as_str(), model.as_deref()));
            assert_eq!(found, expected, "{text}");
        };
        check("acme/large", Some(("acme", Some("large"))));
        check("openrouter/meta/llama", Some(("openrouter", Some("meta/llama"))));
        check("acme/*", Some(("acme", None)));
        check("acme", None);
        check("/large", None);
        check("acme/", None);
    }
}
