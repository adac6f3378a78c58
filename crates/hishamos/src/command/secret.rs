//! `hishamos secret …`: the keys that seal a running server's secrets.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::project::text;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::{Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What seals the secrets, and how many there are
    Show(Show),
    /// Replace the key that seals the secrets, while everything goes on
    Rotate(Rotate),
}

/// What seals the secrets.
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    client: ClientFlags,
}

/// Replace the key.
#[derive(Debug, Args)]
pub struct Rotate {
    /// Replace the master key in the data folder too
    #[arg(long)]
    master: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::Show(command) => show(&Client::new(&command.client, environment)?, output).await,
        Command::Rotate(command) => rotate(command, output, environment).await,
    }
}

async fn show(client: &Client, output: Output) -> Result<()> {
    let state = client.get("/api/v1/settings/keys").await?;
    let count = |one: &Json| format!("{} in {}", one["count"], text(&one["kept_in"]));
    let kept: Vec<String> = state["secrets"].as_array().into_iter().flatten().map(count).collect();
    let kept = if kept.is_empty() { "none".to_owned() } else { kept.join(", ") };
    let mut table = Table::of_text(["What", "State"]);
    table.row(["master key".to_owned(), text(&state["master_key"])]);
    table.row(["new secrets go to".to_owned(), text(&state["kept_in"])]);
    table.row(["secrets".to_owned(), kept]);
    output.table(&state, &table, "");
    Ok(())
}

async fn rotate(command: Rotate, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let body = json!({ "master": command.master });
    let done = client.post("/api/v1/settings/keys/rotate", &body).await?;
    let line = format!(
        "{} secrets are sealed with a new key, {} old keys are gone",
        done["resealed"], done["deleted_keys"]
    );
    output.line(&done, &line);
    Ok(())
}
