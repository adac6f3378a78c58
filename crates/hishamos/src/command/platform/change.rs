//! Changing a platform.

use clap::Args;
use serde_json::{Map, Value as Json};

use super::super::given::{Turn, put, some_change};
use super::super::project::text;
use super::fields::Fields;
use super::named;
use crate::client::{Client, ClientFlags};
use crate::config::Environment;
use crate::failure::Result;
use crate::terminal::Output;

/// Change a platform.
#[derive(Debug, Args)]
pub struct Change {
    /// Its name
    name: String,
    #[command(flatten)]
    fields: Fields,
    /// Offer every model that it serves
    #[arg(long, conflicts_with = "models")]
    every_model: bool,
    /// Forget its key
    #[arg(long, conflicts_with = "key_env")]
    no_key: bool,
    #[command(flatten)]
    turn: Turn,
    #[command(flatten)]
    client: ClientFlags,
}

/// Changes what was named; everything else stays. It is tested first where the change decides
/// how it is reached.
pub async fn change(command: Change, output: Output, environment: &Environment) -> Result<()> {
    let force = command.fields.force;
    let mut body = command.fields.body(environment)?;
    if command.every_model {
        put(&mut body, "models", Some(Vec::<String>::new()));
    }
    if command.no_key {
        put(&mut body, "api_key", Some(""));
    }
    put(&mut body, "is_enabled", command.turn.wanted());
    some_change(&body)?;
    let client = Client::new(&command.client, environment)?;
    let platform = named(&client, &command.name).await?;
    if let Some(Json::Object(given)) = body.remove("settings") {
        body.insert("settings".to_owned(), settings(&platform, given));
    }
    put(&mut body, "version", Some(platform["version"].clone()));
    let path = format!("/api/v1/platforms/{}?force={force}", text(&platform["id"]));
    let changed = client.patch(&path, &Json::Object(body)).await?;
    output.line(&changed, &format!("changed {}", command.name));
    Ok(())
}

/// All settings, since the API takes them as a whole.
fn settings(platform: &Json, given: Map<String, Json>) -> Json {
    let mut settings = platform["settings"].as_object().cloned().unwrap_or_default();
    settings.extend(given);
    Json::Object(settings)
}
