//! Setting the prices of a file, after a look at them.

use std::path::PathBuf;

use base::Timestamp;
use clap::Args;
use serde_json::{Value as Json, json};

use super::super::project::text;
use super::file;
use super::{amounts, model};
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Align, Output, Table};

/// Set the prices of a file.
#[derive(Debug, Args)]
pub struct Import {
    /// CSV with the columns platform, model, valid_from, is_free, input_micros, output_micros,
    /// cached_input_micros and cache_write_micros, or a JSON list of such objects; `-` is the
    /// standard input
    file: PathBuf,
    /// Set them; without it they are only shown
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// Shows what the file would set, or sets it: all of it or nothing.
pub async fn import(command: Import, output: Output, environment: &Environment) -> Result<()> {
    let prices = file::prices(&command.file)?;
    let client = Client::new(&command.client, environment)?;
    if command.yes {
        let done = client.post("/api/v1/prices", &Json::Array(prices)).await?;
        output.line(&done, &format!("set {} prices", done["imported"]));
        return Ok(());
    }
    let present = client.get("/api/v1/prices").await?["items"].take();
    let present = present.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut table = Table::new([
        ("Model", Align::Left),
        ("From", Align::Left),
        ("In", Align::Right),
        ("Out", Align::Right),
        ("Change", Align::Left),
    ]);
    for price in &prices {
        let [input, out, ..] = amounts(price);
        let change = change(price, present);
        table.row([model(price), text(&price["valid_from"]), input, out, change]);
    }
    output.table(&json!({ "imported": 0, "prices": prices }), &table, "no prices");
    output.say(&format!("\nnothing is set yet; set these {} with --yes", prices.len()));
    Ok(())
}

/// What becomes of the price that is there for the same model and moment.
fn change(price: &Json, present: &[Json]) -> String {
    let moment = |price: &Json| text(&price["valid_from"]).parse::<Timestamp>().ok();
    let is_same = |old: &&Json| model(old) == model(price) && moment(old) == moment(price);
    match present.iter().find(is_same) {
        None => "new".to_owned(),
        Some(old) if amounts(old) == amounts(price) => "as it is".to_owned(),
        Some(old) => {
            let [input, output, ..] = amounts(old);
            format!("replaces {input} in, {output} out")
        }
    }
}
