//! `hishamos secret …`: the keys that seal a running server's secrets.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::Output;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replace the key that seals the secrets, while everything goes on
    Rotate(Rotate),
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
    let Command::Rotate(command) = command;
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
