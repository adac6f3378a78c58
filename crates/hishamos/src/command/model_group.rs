//! `hishamos model-group …`: names that stand for several models.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};

use super::given::{Turn, put, put_limit, some_change};
use super::project::text;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::{Exit, Failure, Result};
use crate::terminal::{Align, Live, Output, Table};

const PATH: &str = "/api/v1/model-groups";

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// All model groups
    List(List),
    /// Make a group; its name then stands for its models in every call
    Add(Add),
    /// Change a group; what is not named stays
    Change(Change),
    /// Remove a group; calls that name it are refused from then on
    Remove(Remove),
}

/// All groups.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    client: ClientFlags,
}

/// What a group is made of.
#[derive(Debug, Args)]
struct Fields {
    /// How the first model is chosen: priority, weighted, cheapest, fastest or `least_loaded`;
    /// the others follow if it fails
    #[arg(long)]
    strategy: Option<String>,
    /// After so many milliseconds without a word the second model is asked too, and both may
    /// cost; 0 for never
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    hedge_after_ms: Option<i64>,
}

/// Make a group.
#[derive(Debug, Args)]
pub struct Add {
    /// Its name, without a slash
    name: String,
    /// A model, the first choice first, such as acme/large, or acme/large=3 with its share of
    /// the calls when they are weighted; may be repeated
    #[arg(long = "model", value_name = "MODEL", required = true)]
    models: Vec<String>,
    #[command(flatten)]
    fields: Fields,
    /// Let no call use it yet
    #[arg(long)]
    disable: bool,
    #[command(flatten)]
    client: ClientFlags,
}

/// Change a group.
#[derive(Debug, Args)]
pub struct Change {
    /// Its name
    name: String,
    /// The new name
    #[arg(long = "name", value_name = "NAME")]
    new_name: Option<String>,
    /// A model, as with "add"; those that are named are all that it has afterwards
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    turn: Turn,
    #[command(flatten)]
    client: ClientFlags,
}

/// Remove a group.
#[derive(Debug, Args)]
pub struct Remove {
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
        Command::Change(command) => change(command, output, environment).await,
        Command::Remove(command) => {
            let client = Client::new(&command.client, environment)?;
            let group = named(&client, &command.name).await?;
            client.delete(&format!("{PATH}/{}", text(&group["id"]))).await?;
            let value = json!({ "removed": command.name });
            output.line(&value, &format!("removed {}", command.name));
            Ok(())
        }
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let groups = client.get(PATH).await?["items"].take();
    let mut table = Table::new([
        ("Name", Align::Left),
        ("Strategy", Align::Left),
        ("State", Align::Left),
        ("Second after", Align::Right),
        ("Models", Align::Left),
    ])
    .fit(4, Live::width());
    for group in groups.as_array().into_iter().flatten() {
        let hedge = group["hedge_after_ms"].as_i64().map(|ms| format!("{ms} ms"));
        table.row([
            text(&group["name"]),
            text(&group["strategy"]),
            if group["is_enabled"] == true { "on" } else { "off" }.to_owned(),
            hedge.unwrap_or_default(),
            models(group),
        ]);
    }
    let empty = "no model groups; make one with \"hishamos model-group add\"";
    output.table(&groups, &table, empty);
    Ok(())
}

async fn add(command: Add, output: Output, environment: &Environment) -> Result<()> {
    let mut body = Map::new();
    put(&mut body, "name", Some(command.name.as_str()));
    put(&mut body, "targets", Some(targets(&command.models)?));
    put(&mut body, "is_enabled", Some(!command.disable));
    fields(&mut body, command.fields);
    let client = Client::new(&command.client, environment)?;
    let made = client.post(PATH, &Json::Object(body)).await?;
    output.line(&made, &format!("{} stands for {}", command.name, models(&made)));
    Ok(())
}

async fn change(command: Change, output: Output, environment: &Environment) -> Result<()> {
    let mut change = Map::new();
    put(&mut change, "name", command.new_name);
    if !command.models.is_empty() {
        put(&mut change, "targets", Some(targets(&command.models)?));
    }
    put(&mut change, "is_enabled", command.turn.wanted());
    fields(&mut change, command.fields);
    some_change(&change)?;
    let client = Client::new(&command.client, environment)?;
    let group = named(&client, &command.name).await?;
    // the whole of it is sent
    let mut body = Map::new();
    for field in ["name", "strategy", "targets", "hedge_after_ms", "is_enabled", "version"] {
        put(&mut body, field, group.get(field).cloned());
    }
    body.extend(change);
    let path = format!("{PATH}/{}", text(&group["id"]));
    let changed = client.put(&path, &Json::Object(body)).await?;
    let line = format!("{} stands for {}", text(&changed["name"]), models(&changed));
    output.line(&changed, &line);
    Ok(())
}

fn fields(body: &mut Map<String, Json>, fields: Fields) {
    put(body, "strategy", fields.strategy);
    put_limit(body, "hedge_after_ms", fields.hedge_after_ms);
}

/// The models as they were typed, in that order.
fn targets(models: &[String]) -> Result<Vec<Json>> {
    let target = |(index, typed): (usize, &String)| {
        let (name, weight) = match typed.rsplit_once('=') {
            None => (typed.as_str(), Some(1)),
            Some((name, weight)) => (name, weight.parse::<u16>().ok()),
        };
        match (name.split_once('/'), weight) {
            (Some((platform, model)), Some(weight))
                if !platform.is_empty() && !model.is_empty() =>
            {
                Ok(json!({
                    "platform": platform, "model": model, "order": index + 1, "weight": weight,
                }))
            }
            _ => Err(Failure::invalid(format!(
                "--model {typed} is none; write it like acme/large, or acme/large=3 with a share"
            ))),
        }
    };
    models.iter().enumerate().map(target).collect()
}

/// The models of a group in their order, with their shares where these matter.
fn models(group: &Json) -> String {
    let mut targets: Vec<&Json> = group["targets"].as_array().into_iter().flatten().collect();
    targets.sort_by_key(|target| target["order"].as_i64());
    let is_weighted = group["strategy"] == "weighted";
    let name = |target: &&Json| {
        let name = format!("{}/{}", text(&target["platform"]), text(&target["model"]));
        if is_weighted { format!("{name}={}", target["weight"]) } else { name }
    };
    targets.iter().map(name).collect::<Vec<_>>().join(", ")
}

async fn named(client: &Client, name: &str) -> Result<Json> {
    let groups = client.get(PATH).await?["items"].take();
    let found = groups.as_array().into_iter().flatten().find(|group| group["name"] == name);
    found.cloned().ok_or_else(|| {
        let message =
            format!("there is no model group \"{name}\"; see \"hishamos model-group list\"");
        Failure::new(Exit::NotFound, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_have_their_platform_and_share() {
        let check = |typed: &str, expected: Option<(&str, &str, i64)>| {
            let found = targets(&[typed.to_owned()]).ok().map(|found| found[0].clone());
            let expected = expected.map(|(platform, model, weight)| {
                json!({ "platform": platform, "model": model, "order": 1, "weight": weight })
            });
            assert_eq!(found, expected, "{typed}");
        };
        check("acme/large", Some(("acme", "large", 1)));
        check("acme/large=3", Some(("acme", "large", 3)));
        check("openrouter/meta/llama:free=0", Some(("openrouter", "meta/llama:free", 0)));
        check("large", None);
        check("acme/=3", None);
        check("acme/large=much", None);
        check("acme/large=-1", None);
    }
}
