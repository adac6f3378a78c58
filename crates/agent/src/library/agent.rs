//! An agent: a role as data.

use serde::{Deserialize, Deserializer, Serialize};

use super::Problem;
use super::file::File;
use crate::Limits;

/// A role as data: who it is, what it may use and how far it may go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The text key, which is the name of its file: `business-analyst`.
    pub slug: String,
    /// Other keys that find it: `ba`.
    pub aliases: Vec<String>,
    /// What people call it: `Business Analyst`.
    pub name: String,
    /// When to use it, in a sentence or two.
    pub description: String,
    /// What it can do, in an open vocabulary of lower-case words.
    pub capabilities: Vec<String>,
    /// Which models it would like and how they are set.
    pub model: ModelPreferences,
    /// The names of the tools that it may see.
    pub tools: Vec<String>,
    /// How far one attempt may go.
    pub limits: Limits,
    /// What the model is told about its role.
    pub system_prompt: String,
    /// The version that its author gives it.
    pub version: String,
    /// SHA-256 of its normalised file, in hex: the identity of this prompt version.
    pub hash: String,
}

/// Which models an agent would like and how they are set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelPreferences {
    /// Models or aliases, best first; empty means the default model.
    pub prefer: Vec<String>,
    /// How freely the model writes; a command may say otherwise.
    pub temperature: Option<f64>,
    /// The longest answer in tokens; a command may say otherwise.
    pub max_output_tokens: Option<u32>,
}

/// The front matter of an agent file. `color`, `license` and `metadata` belong to the
/// convention shared with coding CLIs and mean nothing here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    slug: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    name: String,
    description: String,
    #[serde(default)]
    capabilities: Vec<String>,
    model: Option<ModelField>,
    tools: Option<ToolsField>,
    #[serde(default)]
    limits: Limits,
    version: Option<String>,
    #[serde(default, rename = "color")]
    _color: serde::de::IgnoredAny,
    #[serde(default, rename = "license")]
    _license: serde::de::IgnoredAny,
    #[serde(default, rename = "metadata")]
    _metadata: serde::de::IgnoredAny,
}

/// `model: inherit`, `model: sonnet` or our own preferences.
enum ModelField {
    Name(String),
    Preferences(ModelPreferences),
}

/// `tools: read_file, search_files` or a list.
enum ToolsField {
    Line(String),
    List(Vec<String>),
}

// Written by hand instead of `untagged`, whose errors say neither the field nor the fix.
impl<'de> Deserialize<'de> for ModelField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(name) => Ok(Self::Name(name)),
            other => serde_json::from_value(other).map(Self::Preferences).map_err(|error| {
                serde::de::Error::custom(format!(
                    "\"model\" is neither a name nor preferences: {error}"
                ))
            }),
        }
    }
}

impl<'de> Deserialize<'de> for ToolsField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(line) => Ok(Self::Line(line)),
            other => serde_json::from_value(other)
                .map(Self::List)
                .map_err(|_| serde::de::Error::custom("\"tools\" must be a list of tool names")),
        }
    }
}

impl From<ModelField> for ModelPreferences {
    fn from(field: ModelField) -> Self {
        match field {
            ModelField::Name(name) if name == "inherit" => Self::default(),
            ModelField::Name(name) => Self { prefer: vec![name], ..Self::default() },
            ModelField::Preferences(preferences) => preferences,
        }
    }
}

impl From<ToolsField> for Vec<String> {
    fn from(field: ToolsField) -> Self {
        match field {
            ToolsField::List(names) => names,
            ToolsField::Line(line) => line
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl Agent {
    /// The agent that a file describes, or everything that is wrong with it.
    pub(super) fn from_file(file: &File<'_>) -> Result<Self, Vec<Problem>> {
        let front: FrontMatter = file.front_matter()?;
        let mut problems = file.check_slug(front.slug.as_deref(), &front.aliases);
        for (field, text) in [("name", &front.name), ("description", &front.description)] {
            if text.trim().is_empty() {
                problems.push(
                    file.problem(&[field], format!("\"{field}\" is empty: say it in a few words")),
                );
            }
        }
        if file.body.trim().is_empty() {
            problems.push(
                file.problem(&[], "there is no system prompt: write it below the front matter"),
            );
        }
        let model = front.model.map(ModelPreferences::from).unwrap_or_default();
        if let Some(problem) = file.check_temperature(&["model", "temperature"], model.temperature)
        {
            problems.push(problem);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            slug: file.slug.to_owned(),
            aliases: front.aliases,
            name: front.name,
            description: front.description.trim().to_owned(),
            capabilities: front.capabilities,
            model,
            tools: front.tools.map(Vec::from).unwrap_or_default(),
            limits: front.limits,
            system_prompt: file.body.trim().to_owned(),
            version: front.version.unwrap_or_else(|| "1".to_owned()),
            hash: file.hash(),
        })
    }
}
