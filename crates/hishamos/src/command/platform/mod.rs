//! `hishamos platform …`: the AI platforms of a running server.

mod change;
mod fields;
mod show;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use super::given::put;
use super::project::text;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Output, Table, print_json};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All platforms and how they are
    List(List),
    /// One platform with all of its fields
    Show(Named),
    /// Set up a platform; it is tested first
    Add(Box<Add>),
    /// Change a platform; what is not named stays, and it is tested again where that matters
    Change(Box<change::Change>),
    /// The models that a platform serves, as it says itself
    Models(Named),
    /// Test the connection to a platform
    Test(Named),
    /// Remove a platform and its key
    Remove(Named),
}

/// All platforms.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Set up a platform.
#[derive(Debug, Args)]
pub struct Add {
    /// Its name: the part of a model's name before the slash
    name: String,
    /// What it speaks: openai, openai_responses, anthropic, gemini, ollama, openrouter,
    /// azure_openai or custom
    #[arg(long)]
    kind: String,
    #[command(flatten)]
    fields: fields::Fields,
    /// Let no call go there yet
    #[arg(long)]
    disable: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// Which platform.
#[derive(Debug, Args)]
pub struct Named {
    /// Its name
    name: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => list(&Client::new(&command.client, environment)?, output).await,
        Command::Show(command) => show::show(command, output, environment).await,
        Command::Add(command) => add(*command, output, environment).await,
        Command::Change(command) => change::change(*command, output, environment).await,
        Command::Models(command) => {
            models(&Client::new(&command.client, environment)?, &command.name, output).await
        }
        Command::Test(command) => {
            test(&Client::new(&command.client, environment)?, &command.name, output).await
        }
        Command::Remove(command) => {
            let client = Client::new(&command.client, environment)?;
            let id = id(&client, &command.name).await?;
            client.delete(&format!("/api/v1/platforms/{id}")).await?;
            let value = json!({ "removed": command.name });
            output.line(&value, &format!("removed {}", command.name));
            Ok(())
        }
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let mut platforms = client.get("/api/v1/platforms").await?["items"].take();
    let health = client.get("/api/v1/platforms/health").await?;
    let items = platforms.as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
    let mut table = Table::new([
        ("Name", Align::Left),
        ("Kind", Align::Left),
        ("Status", Align::Left),
        ("Key", Align::Left),
        ("Address", Align::Left),
    ]);
    for platform in items {
        let known = health["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = known.iter().find(|one| one["platform"] == platform["name"]);
        let status = match (found, platform["is_enabled"] == true) {
            (Some(found), _) => text(&found["status"]),
            (None, true) => "not looked at".to_owned(),
            (None, false) => "disabled".to_owned(),
        };
        platform["status"] = Json::String(status.clone());
        table.row([
            text(&platform["name"]),
            text(&platform["kind"]),
            status,
            text(&platform["api_key"]),
            text(&platform["base_url"]),
        ]);
    }
    output.table(&platforms, &table, "no platforms; set one up with \"hishamos platform add\"");
    Ok(())
}

async fn models(client: &Client, name: &str, output: Output) -> Result<()> {
    let id = id(client, name).await?;
    let models = client.get(&format!("/api/v1/platforms/{id}/models")).await?["models"].take();
    let mut table = Table::of_text(["Model"]);
    for model in models.as_array().into_iter().flatten() {
        table.row([format!("{name}/{}", text(model))]);
    }
    output.table(&models, &table, "no models");
    Ok(())
}

/// Tests a platform. That it failed is an answer as well, which scripts get as a whole.
async fn test(client: &Client, name: &str, output: Output) -> Result<()> {
    let id = id(client, name).await?;
    let tested = client.post(&format!("/api/v1/platforms/{id}/test"), &json!({})).await?;
    if tested["ok"] == true {
        output.line(&tested, &format!("{name} answers in {} ms", tested["latency_ms"]));
        return Ok(());
    }
    if output.is_json() {
        print_json(&tested);
    }
    let why = text(&tested["error"]);
    Err(Failure::new(Exit::Unreachable, format!("the test of platform \"{name}\" failed: {why}")))
}

async fn add(command: Add, output: Output, environment: &Environment) -> Result<()> {
    let force = command.fields.force;
    let mut body = command.fields.body(environment)?;
    put(&mut body, "name", Some(command.name.as_str()));
    put(&mut body, "kind", Some(command.kind));
    put(&mut body, "is_enabled", Some(!command.disable));
    let client = Client::new(&command.client, environment)?;
    let path = format!("/api/v1/platforms?force={force}");
    let platform = client.post(&path, &Json::Object(body)).await?;
    output.line(&platform, &format!("set up {}", command.name));
    Ok(())
}

/// The id of the platform with this name.
async fn id(client: &Client, name: &str) -> Result<String> {
    Ok(text(&named(client, name).await?["id"]))
}

/// The platform with this name, if it can be changed here.
async fn named(client: &Client, name: &str) -> Result<Json> {
    let platform = found(client, name).await?;
    if platform["id"].is_string() {
        return Ok(platform);
    }
    Err(Failure::invalid(format!(
        "platform \"{name}\" was not set up in the database, so this cannot be done here; see hishamos.toml"
    )))
}

/// The platform with this name, wherever it was set up.
async fn found(client: &Client, name: &str) -> Result<Json> {
    let platforms = client.get("/api/v1/platforms").await?;
    let mut items = platforms["items"].as_array().into_iter().flatten();
    let found = items.find(|platform| platform["name"] == name);
    found.cloned().ok_or_else(|| {
        let message = format!("there is no platform \"{name}\"; see \"hishamos platform list\"");
        Failure::new(Exit::NotFound, message)
    })
}
