//! `hishamos api-key …`.

use std::sync::Arc;

use base::{OsRandom, SystemClock};
use clap::{Args, Subcommand};
use identity::Identity;
use serde_json::Value as Json;
use store::Bus;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use web::{AllowedHosts, App, AppParts, Things};

use super::offline;
use crate::config::{DataFlags, Environment};
use crate::failure::Result;
use crate::serve::make_key;
use crate::terminal::Output;

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key with an administrator's rights; it is printed once
    Create(Create),
}

/// Make a key.
#[derive(Debug, Args)]
pub struct Create {
    #[command(flatten)]
    data: DataFlags,
    /// Whose key; the only administrator's when absent
    #[arg(long)]
    email: Option<String>,
    /// What to call it in lists
    #[arg(long, default_value = "command line")]
    name: String,
    /// How many days it works
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    let Command::Create(command) = command;
    let config = offline::configuration(&command.data, environment)?;
    let db = offline::existing_database(&config).await?;
    let identity = Identity::default();
    let app = App::new(AppParts {
        db,
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        bus: Bus::default(),
        authenticator: Arc::new(identity.clone()),
        things: Things::default(),
        hosts: AllowedHosts::new([]),
        tasks: TaskTracker::new(),
        shutdown: CancellationToken::new(),
        is_https: false,
    });
    let made = create(&app, &identity, &command).await;
    app.tasks.close();
    app.tasks.wait().await;
    app.db.close().await;
    let made = made?;
    output.line(&made, made["key"].as_str().unwrap_or_default());
    Ok(())
}

async fn create(app: &App, identity: &Identity, command: &Create) -> Result<Json> {
    let email = command.email.as_deref();
    let token =
        identity::one_time_link::sign_in_program(&app.db, email, app.now(), &app.random).await?;
    make_key(app, identity, &token, &command.name, command.days).await
}
