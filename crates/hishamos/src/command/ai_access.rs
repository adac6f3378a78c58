//! `hishamos ai-access …`: what each person may use of platforms, models and agents.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};

use super::given::{person, put, put_limit};
use super::project::text;
use crate::client::{Client, ClientFlags, part, query};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Output, Table, tokens};

const PATH: &str = "/api/v1/ai-access";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All people and what they may use
    List(List),
    /// What one person may use
    Show(Show),
    /// Set what a person may use; it acts within a second, and what is not named stays
    Set(Box<Set>),
    /// Let a person use everything again
    Reset(Reset),
}

/// All people.
#[derive(Debug, Args)]
pub struct List {
    /// Only those whose name or address contains this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    #[command(flatten)]
    client: ClientFlags,
}

/// One person.
#[derive(Debug, Args)]
pub struct Show {
    /// Who, by name or id
    person: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Set what a person may use.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct Set {
    /// Who, by name or id
    person: String,
    /// A platform that they may use; may be repeated; those that are named are all
    #[arg(long = "platform", value_name = "PLATFORM", conflicts_with_all = ["every_platform", "no_platform"])]
    platforms: Vec<String>,
    /// Let them use every platform
    #[arg(long, conflicts_with = "no_platform")]
    every_platform: bool,
    /// Let them use no platform
    #[arg(long)]
    no_platform: bool,
    /// A model or group that they may ask, such as `openai/*`; may be repeated; those that are
    /// named are all
    #[arg(long = "model", value_name = "MODEL", conflicts_with_all = ["every_model", "no_model"])]
    models: Vec<String>,
    /// Let them ask every model
    #[arg(long, conflicts_with = "no_model")]
    every_model: bool,
    /// Let them ask no model
    #[arg(long)]
    no_model: bool,
    /// An agent that may work on their account; may be repeated; those that are named are all
    #[arg(long = "agent", value_name = "AGENT", conflicts_with_all = ["every_agent", "no_agent"])]
    agents: Vec<String>,
    /// Let every agent work on their account
    #[arg(long, conflicts_with = "no_agent")]
    every_agent: bool,
    /// Let no agent work on their account
    #[arg(long)]
    no_agent: bool,
    /// The most tokens that a request may take, read and written; 0 for any number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tokens_per_request: Option<i64>,
    /// How many requests they may make in an hour; 0 for any number
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    requests_per_hour: Option<i64>,
    #[command(flatten)]
    client: ClientFlags,
}

/// Let a person use everything again.
#[derive(Debug, Args)]
pub struct Reset {
    /// Who, by name or id
    person: String,
    #[command(flatten)]
    client: ClientFlags,
}

/// Runs one of them.
pub async fn run(command: Command, output: Output, environment: &Environment) -> Result<()> {
    match command {
        Command::List(command) => list(command, output, environment).await,
        Command::Show(command) => {
            let client = Client::new(&command.client, environment)?;
            let access = client.get(&path(&client, &command.person).await?).await?;
            output.table(&access, &table([&access]), "");
            Ok(())
        }
        Command::Set(command) => set(*command, output, environment).await,
        Command::Reset(command) => {
            let client = Client::new(&command.client, environment)?;
            let id = person(&client, &command.person).await?;
            client.delete(&format!("{PATH}/{}", part(&id)?)).await?;
            let line = format!("{} may use everything", command.person);
            output.line(&json!({ "reset": id }), &line);
            Ok(())
        }
    }
}

async fn list(command: List, output: Output, environment: &Environment) -> Result<()> {
    let client = Client::new(&command.client, environment)?;
    let people = Json::Array(client.all(&query(PATH, [("q", command.search)])).await?);
    let table = table(people.as_array().into_iter().flatten());
    output.table(&people, &table, "nobody has such a name or address");
    Ok(())
}

async fn set(command: Set, output: Output, environment: &Environment) -> Result<()> {
    let mut change = Map::new();
    for (field, names, every, none) in [
        ("platforms", &command.platforms, command.every_platform, command.no_platform),
        ("models", &command.models, command.every_model, command.no_model),
        ("agents", &command.agents, command.every_agent, command.no_agent),
    ] {
        if every {
            change.insert(field.to_owned(), Json::Null);
        } else if none || !names.is_empty() {
            put(&mut change, field, Some(names.clone()));
        }
    }
    put_limit(&mut change, "tokens_per_request", command.tokens_per_request);
    put_limit(&mut change, "requests_per_hour", command.requests_per_hour);
    if change.is_empty() {
        let message = "nothing to set; name what they may use, see --help";
        return Err(Failure::new(Exit::Usage, message));
    }
    let client = Client::new(&command.client, environment)?;
    let path = path(&client, &command.person).await?;
    let old = client.get(&path).await?;
    let mut body = Map::new();
    for field in ["platforms", "models", "agents", "tokens_per_request", "requests_per_hour"] {
        let value = change.remove(field).unwrap_or_else(|| old[field].clone());
        body.insert(field.to_owned(), value);
    }
    let access = client.put(&path, &Json::Object(body)).await?;
    let line = format!(
        "{}: platforms {}, models {}, agents {}, {} tokens a request, {} requests an hour",
        text(&access["name"]),
        names(&access["platforms"]),
        names(&access["models"]),
        names(&access["agents"]),
        figure(&access["tokens_per_request"]),
        figure(&access["requests_per_hour"]),
    );
    output.line(&access, &line);
    Ok(())
}

/// Where the access of a person is.
async fn path(client: &Client, wanted: &str) -> Result<String> {
    Ok(format!("{PATH}/{}", part(&person(client, wanted).await?)?))
}

fn table<'a>(people: impl IntoIterator<Item = &'a Json>) -> Table {
    let mut table = Table::new([
        ("Name", Align::Left),
        ("Address", Align::Left),
        ("Role", Align::Left),
        ("Access", Align::Left),
        ("Platforms", Align::Left),
        ("Models", Align::Left),
        ("Agents", Align::Left),
        ("Tokens/request", Align::Right),
        ("Requests/hour", Align::Right),
    ]);
    for one in people {
        table.row([
            text(&one["name"]),
            text(&one["email"]),
            text(&one["role"]),
            text(&one["level"]),
            names(&one["platforms"]),
            names(&one["models"]),
            names(&one["agents"]),
            figure(&one["tokens_per_request"]),
            figure(&one["requests_per_hour"]),
        ]);
    }
    table
}

/// A list as people read it.
fn names(list: &Json) -> String {
    match list.as_array() {
        None => "all".to_owned(),
        Some(names) if names.is_empty() => "none".to_owned(),
        Some(names) => names.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}

fn figure(limit: &Json) -> String {
    limit.as_i64().map_or_else(|| "any".to_owned(), tokens)
}
