//! What the API tells of a command.

use std::collections::BTreeMap;

use agent::Command;
use serde::Serialize;
use serde_json::Value as Json;

/// A command: a prompt with parameters that an agent carries out.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Command)]
pub(super) struct CommandView {
    /// Its key.
    slug: String,
    /// Its name.
    name: String,
    /// What it does.
    description: String,
    /// The agent that carries it out.
    agent: String,
    /// Where it stands in the catalogue.
    category: String,
    /// What it takes, by name.
    params: BTreeMap<String, ParamView>,
    /// The JSON Schema of its answer.
    #[schema(value_type = Option<Object>)]
    output_schema: Option<Json>,
    /// The template of its prompt.
    prompt: String,
    /// The version that its author gave it.
    version: String,
    /// The identity of this version of its prompt.
    hash: String,
}

/// What a command expects of one parameter.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = CommandParam)]
pub(super) struct ParamView {
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// What it is for.
    description: String,
    /// Whether it must be given.
    required: bool,
}

impl From<&Command> for CommandView {
    fn from(command: &Command) -> Self {
        let params = command.params.iter().map(|(name, spec)| {
            let kind = serde_json::to_value(spec.r#type)
                .ok()
                .and_then(|kind| kind.as_str().map(str::to_owned));
            let kind = kind.unwrap_or_else(|| "any".to_owned());
            (
                name.clone(),
                ParamView { kind, description: spec.description.clone(), required: spec.required },
            )
        });
        Self {
            slug: command.slug.clone(),
            name: command.name.clone(),
            description: command.description.clone(),
            agent: command.agent.clone(),
            category: command.category.clone(),
            params: params.collect(),
            output_schema: command.output_schema.clone(),
            prompt: command.prompt.clone(),
            version: command.version.clone(),
            hash: command.hash.clone(),
        }
    }
}
