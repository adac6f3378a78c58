//! `hishamos platform …`: the AI platforms of a running server.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};

use super::project::text;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All platforms and how they are
    List(List),
    /// Set up a platform; it is tested first
    Add(Add),
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
    /// Its address; the usual one of its kind when absent
    #[arg(long)]
    base_url: Option<String>,
    /// The variable that holds its key, so that the key stands in no list of processes
    #[arg(long, value_name = "VARIABLE")]
    key_env: Option<String>,
    /// A model to offer; may be repeated; every model when absent
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// The model that answers when nobody names one
    #[arg(long)]
    default_model: Option<String>,
    /// Save it even when its test fails
    #[arg(long)]
    force: bool,
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
        Command::Add(command) => add(command, output, environment).await,
        Command::Test(command) => {
            let client = Client::new(&command.client, environment)?;
            let id = id(&client, &command.name).await?;
            let path = format!("/api/v1/platforms/{id}/test");
            let tested = client.post(&path, &json!({})).await?;
            if tested["ok"] == true {
                let line = format!("{} answers in {} ms", command.name, tested["latency_ms"]);
                output.line(&tested, &line);
                return Ok(());
            }
            Err(Failure::new(Exit::Unreachable, text(&tested["error"])))
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

async fn add(command: Add, output: Output, environment: &Environment) -> Result<()> {
    let mut body = Map::new();
    body.insert("name".to_owned(), command.name.clone().into());
    body.insert("kind".to_owned(), command.kind.into());
    body.insert("models".to_owned(), command.models.into());
    for (field, value) in [("base_url", command.base_url), ("default_model", command.default_model)]
    {
        body.extend(value.map(|value| (field.to_owned(), Json::String(value))));
    }
    if let Some(variable) = command.key_env {
        let key = environment.get(&variable).map(str::trim).filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| {
            Failure::invalid(format!("the variable {variable} holds no key; set it"))
        })?;
        body.insert("api_key".to_owned(), key.into());
    }
    let client = Client::new(&command.client, environment)?;
    let path = format!("/api/v1/platforms?force={}", command.force);
    let platform = client.post(&path, &Json::Object(body)).await?;
    output.line(&platform, &format!("set up {}", command.name));
    Ok(())
}

/// The id of the platform with this name.
async fn id(client: &Client, name: &str) -> Result<String> {
    let platforms = client.get("/api/v1/platforms").await?;
    let items = platforms["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    match items.iter().find(|platform| platform["name"] == name) {
        Some(found) if found["id"].is_string() => Ok(text(&found["id"])),
        Some(_) => Err(Failure::invalid(format!(
            "platform \"{name}\" was not set up in the database, so it cannot be tested or removed here; see hishamos.toml"
        ))),
        None => Err(Failure::new(
            Exit::NotFound,
            format!("there is no platform \"{name}\"; see \"hishamos platform list\""),
        )),
    }
}
