//! `hishamos key …`: the virtual keys of clients that use the gateway's doors.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json};

use super::given::{moment, put, put_limit, some_change};
use super::project::text;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Output, Table};

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All virtual keys, those that were revoked too
    List(List),
    /// Make a virtual key; it is shown once
    Add(Add),
    /// Change a virtual key; what is not named stays
    Change(Change),
    /// Revoke a virtual key; it is refused within a second
    Revoke(Revoke),
}

/// All virtual keys.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Make a virtual key.
#[derive(Debug, Args)]
pub struct Add {
    /// What it is for
    name: String,
    /// The key of the project that pays
    #[arg(long)]
    project: Option<String>,
    /// A model that it may ask, such as `openai/*`; may be repeated; every model when absent
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    /// What it may do: chat, embeddings, audio, agents or workflows; may be repeated; all
    /// when absent
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// How many requests it may make a minute
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    requests_per_minute: Option<i64>,
    /// How many tokens it may use a minute
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tokens_per_minute: Option<i64>,
    /// After how many days it ends; never when absent
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    expires_in_days: Option<i64>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Change a virtual key.
#[derive(Debug, Args)]
pub struct Change {
    /// Its id, or its name when only one key has it
    key: String,
    /// What it is for
    #[arg(long)]
    name: Option<String>,
    /// The key of the project that pays; "" for none
    #[arg(long)]
    project: Option<String>,
    /// A model that it may ask, such as `openai/*`; may be repeated; those that are named are all
    #[arg(long = "model", value_name = "MODEL", conflicts_with = "every_model")]
    models: Vec<String>,
    /// Let it ask every model
    #[arg(long)]
    every_model: bool,
    /// What it may do: chat, embeddings, audio, agents or workflows; may be repeated; those
    /// that are named are all
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// How many requests it may make a minute; 0 for any number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    requests_per_minute: Option<i64>,
    /// How many tokens it may use a minute; 0 for any number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tokens_per_minute: Option<i64>,
    /// When it ends, such as 2026-01-31 or a moment
    #[arg(long, value_name = "DAY", conflicts_with = "never_expires")]
    expires: Option<String>,
    /// Let it never end
    #[arg(long)]
    never_expires: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// Revoke a virtual key.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Its id, or its name when only one key has it
    key: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => list(&Client::new(&command.client, environment)?, output).await,
        Command::Add(command) => add(command, output, environment).await,
        Command::Change(command) => change(command, output, environment).await,
        Command::Revoke(command) => revoke(command, output, environment).await,
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let keys = Json::Array(client.all("/api/v1/virtual-keys").await?);
    let mut table = Table::new([
        ("Id", Align::Left),
        ("Name", Align::Left),
        ("Key", Align::Left),
        ("Project", Align::Left),
        ("State", Align::Left),
        ("Last used", Align::Left),
    ]);
    for key in keys.as_array().into_iter().flatten() {
        let state = if key["revoked_at"].is_null() { "active" } else { "revoked" };
        table.row([
            text(&key["id"]),
            text(&key["name"]),
            format!("{}…", text(&key["prefix"])),
            text(&key["project"]),
            state.to_owned(),
            text(&key["last_used_at"]),
        ]);
    }
    output.table(&keys, &table, "no virtual keys; make one with \"hishamos key add\"");
    Ok(())
}

async fn add(command: Add, output: Output, environment: &Environment) -> Result<()> {
    let mut body = Map::new();
    body.insert("name".to_owned(), command.name.clone().into());
    body.extend(command.project.map(|project| ("project".to_owned(), project.into())));
    for (field, values) in [("models", command.models), ("scopes", command.scopes)] {
        if !values.is_empty() {
            body.insert(field.to_owned(), values.into());
        }
    }
    for (field, value) in [
        ("requests_per_minute", command.requests_per_minute),
        ("tokens_per_minute", command.tokens_per_minute),
        ("expires_in_days", command.expires_in_days),
    ] {
        body.extend(value.map(|value| (field.to_owned(), Json::from(value))));
    }
    let client = Client::new(&command.client, environment)?;
    let made = client.post("/api/v1/virtual-keys", &Json::Object(body)).await?;
    let line = format!("{}\nkeep it: it is not shown again", text(&made["key"]));
    output.line(&made, &line);
    Ok(())
}

async fn change(command: Change, output: Output, environment: &Environment) -> Result<()> {
    let mut body = Map::new();
    put(&mut body, "name", command.name);
    let or_none = |text: String| if text.is_empty() { Json::Null } else { text.into() };
    put(&mut body, "project", command.project.map(or_none));
    for (field, values) in [("models", command.models), ("scopes", command.scopes)] {
        if !values.is_empty() {
            put(&mut body, field, Some(values));
        }
    }
    if command.every_model {
        put(&mut body, "models", Some(Vec::<String>::new()));
    }
    put_limit(&mut body, "requests_per_minute", command.requests_per_minute);
    put_limit(&mut body, "tokens_per_minute", command.tokens_per_minute);
    let expires = command.expires.as_deref().map(|day| moment("--expires", day)).transpose()?;
    put(&mut body, "expires_at", expires.map(|at| at.to_string()));
    if command.never_expires {
        put(&mut body, "expires_at", Some(Json::Null));
    }
    some_change(&body)?;
    let client = Client::new(&command.client, environment)?;
    let keys = client.all("/api/v1/virtual-keys").await?;
    let key = meant(&keys, &command.key)?;
    put(&mut body, "version", Some(key["version"].clone()));
    let path = format!("/api/v1/virtual-keys/{}", text(&key["id"]));
    let changed = client.patch(&path, &Json::Object(body)).await?;
    output.line(&changed, &format!("changed {}", text(&changed["name"])));
    Ok(())
}

async fn revoke(command: Revoke, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let wanted = command.key.as_str();
    let id = id(&client, wanted).await?;
    client.delete(&format!("/api/v1/virtual-keys/{id}")).await?;
    output.line(&serde_json::json!({ "revoked": id }), &format!("revoked {wanted}"));
    Ok(())
}

/// The id of the key that is meant.
pub(super) async fn id(client: &Client, wanted: &str) -> Result<String> {
    let keys = client.all("/api/v1/virtual-keys").await?;
    Ok(text(&meant(&keys, wanted)?["id"]))
}

/// The key with this id, or else the only one with this name that was not revoked.
fn meant<'a>(keys: &'a [Json], wanted: &str) -> Result<&'a Json> {
    if let Some(key) = keys.iter().find(|key| key["id"] == wanted) {
        return Ok(key);
    }
    let (revoked, active): (Vec<&Json>, Vec<&Json>) = keys
        .iter()
        .filter(|key| key["name"] == wanted)
        .partition(|key| !key["revoked_at"].is_null());
    match (active.as_slice(), revoked.is_empty()) {
        ([key], _) => Ok(key),
        ([], true) => {
            let message = format!("there is no key \"{wanted}\"; see \"hishamos key list\"");
            Err(Failure::new(Exit::NotFound, message))
        }
        ([], false) => {
            let message = format!("every key called \"{wanted}\" was revoked already");
            Err(Failure::new(Exit::NotFound, message))
        }
        (several, _) => {
            let ids: Vec<String> = several.iter().map(|key| text(&key["id"])).collect();
            Err(Failure::invalid(format!(
                "{} keys are called \"{wanted}\"; give the id of one: {}",
                ids.len(),
                ids.join(", ")
            )))
        }
    }
}
