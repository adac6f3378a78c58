//! `hishamos rate-limit …`: what the organisation and its people may ask for in a minute, and
//! the organisation in a day.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};

use super::given::{people, person, put, put_limit};
use super::project::text;
use crate::client::{Client, ClientFlags, query};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Output, Table, tokens};

const PATH: &str = "/api/v1/rate-limits";

/// What may be limited, as the API calls it.
const FIELDS: [&str; 4] =
    ["requests_per_minute", "tokens_per_minute", "requests_per_day", "tokens_per_day"];

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The limits of the organisation and its people
    List(List),
    /// Set a limit; it acts within a second
    Set(Set),
    /// Take a limit away
    Remove(Remove),
}

/// All limits.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// Whose limit.
#[derive(Debug, Args)]
struct Whose {
    /// Whose: organisation or user; platforms and keys carry their own
    scope: String,
    /// Which user, by name or id; nobody for the organisation
    user: Option<String>,
}

/// Set a limit.
#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    whose: Whose,
    /// How many requests in a minute; 0 for any number; what is set stays when absent
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    requests_per_minute: Option<i64>,
    /// How many tokens in a minute; 0 for any number; what is set stays when absent
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tokens_per_minute: Option<i64>,
    /// How many requests in a day, in UTC, of the organisation; 0 for any number; what is set
    /// stays when absent
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    requests_per_day: Option<i64>,
    /// How many tokens in a day, in UTC, of the organisation; 0 for any number; what is set
    /// stays when absent
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tokens_per_day: Option<i64>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Take a limit away.
#[derive(Debug, Args)]
pub struct Remove {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => list(&Client::new(&command.client, environment)?, output).await,
        Command::Set(command) => set(command, output, environment).await,
        Command::Remove(command) => {
            let client = Client::new(&command.client, environment)?;
            let id = id(&client, &command.whose).await?;
            let scope = command.whose.scope.clone();
            let filters = [("scope", Some(scope)), ("scope_id", Some(id.clone()))];
            client.delete(&query(PATH, filters)).await?;
            let whose = shown(&command.whose);
            let value = json!({ "removed": { "scope": command.whose.scope, "scope_id": id } });
            output.line(&value, &format!("removed the limit of {whose}"));
            Ok(())
        }
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let limits = client.get(PATH).await?["items"].take();
    let names = people(client).await?;
    let mut table = Table::new([
        ("Of", Align::Left),
        ("Requests/min", Align::Right),
        ("Tokens/min", Align::Right),
        ("Requests/day", Align::Right),
        ("Tokens/day", Align::Right),
        ("Since", Align::Left),
    ]);
    for limit in limits.as_array().into_iter().flatten() {
        let id = text(&limit["scope_id"]);
        let of = names.get(&id).unwrap_or(&id);
        let [requests, tokens, requests_a_day, tokens_a_day] =
            FIELDS.map(|field| figure(limit, field));
        table.row([
            format!("{} {of}", text(&limit["scope"])).trim_end().to_owned(),
            requests,
            tokens,
            requests_a_day,
            tokens_a_day,
            text(&limit["updated_at"]),
        ]);
    }
    output.table(&limits, &table, "no limits; set one with \"hishamos rate-limit set\"");
    Ok(())
}

async fn set(command: Set, output: Output, environment: &Environment) -> Result<()> {
    let given = [
        command.requests_per_minute,
        command.tokens_per_minute,
        command.requests_per_day,
        command.tokens_per_day,
    ];
    if given.iter().all(Option::is_none) {
        let message = "nothing to set; give --requests-per-minute, --tokens-per-minute, --requests-per-day or --tokens-per-day";
        return Err(Failure::new(Exit::Usage, message));
    }
    let client = Client::new(&command.client, environment)?;
    let id = id(&client, &command.whose).await?;
    let limits = client.get(PATH).await?["items"].take();
    let scope = command.whose.scope.as_str();
    let old = one(&limits, scope, &id);
    let mut body = Map::new();
    put(&mut body, "scope", Some(scope));
    put(&mut body, "scope_id", Some(id.clone()));
    for (field, value) in FIELDS.into_iter().zip(given) {
        put_limit(&mut body, field, value.or_else(|| old[field].as_i64()));
    }
    let whose = shown(&command.whose);
    if FIELDS.iter().all(|field| body.get(*field).is_none_or(Json::is_null)) {
        return Err(Failure::invalid(format!(
            "that would be no limit; take it away with \"hishamos rate-limit remove {whose}\""
        )));
    }
    let limits = client.put(PATH, &Json::Object(body)).await?["items"].take();
    let limit = one(&limits, scope, &id);
    let [requests, tokens, requests_a_day, tokens_a_day] =
        FIELDS.map(|field| figure(&limit, field));
    let day = if scope == "organisation" {
        format!(", {requests_a_day} requests and {tokens_a_day} tokens a day")
    } else {
        String::new()
    };
    let line = format!("{whose}: {requests} requests and {tokens} tokens a minute{day}");
    output.line(&limit, &line);
    Ok(())
}

/// The id of the user; nothing for the organisation.
async fn id(client: &Client, whose: &Whose) -> Result<String> {
    let name = whose.user.as_deref().unwrap_or("NAME");
    let elsewhere = match whose.scope.as_str() {
        "platform" | "provider" => format!("hishamos platform change {name}"),
        "key" => format!("hishamos key change {name}"),
        "user" => {
            let missing = || Failure::new(Exit::Usage, "name the user: \"user NAME\"");
            return person(client, whose.user.as_deref().ok_or_else(missing)?).await;
        }
        // anything else is for the server to refuse
        _ => return Ok(whose.user.clone().unwrap_or_default()),
    };
    Err(Failure::invalid(format!(
        "a {} carries its own limits; set them with \"{elsewhere} --requests-per-minute NUMBER\"",
        whose.scope
    )))
}

fn one(limits: &Json, scope: &str, id: &str) -> Json {
    let mut limits = limits.as_array().into_iter().flatten();
    let found = limits.find(|limit| limit["scope"] == scope && limit["scope_id"] == id);
    found.cloned().unwrap_or_default()
}

fn figure(limit: &Json, field: &str) -> String {
    limit[field].as_i64().map_or_else(|| "any".to_owned(), tokens)
}

fn shown(whose: &Whose) -> String {
    let user = whose.user.as_deref().unwrap_or_default();
    format!("{} {user}", whose.scope).trim_end().to_owned()
}
