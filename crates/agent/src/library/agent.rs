//! An agent: a role as data.

use serde::{Deserialize, Deserializer, Serialize};

use super::Problem;
use super::file::{File, Label, title};
use crate::Limits;

/// A role as data: who it is, what it may use and how far it may go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// The text key, which is the name of its file: `business-analyst`.
    pub slug: String,
    /// Other keys that find it: `ba`.
    pub aliases: Vec<String>,
    /// What people call it: `Business analyst`.
    pub name: String,
    /// When to use it, in a sentence or two.
    pub description: String,
    /// What kind of specialist it is: `requirements_specialist`.
    pub role: Option<String>,
    /// Where in the organisation it belongs: `product`.
    pub department: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
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
pub struct ModelPreferences {
    /// Models or aliases, best first, fallbacks last; empty means the default model.
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
    name: String,
    title: Option<String>,
    description: String,
    agent_id: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    role: Option<String>,
    department: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    model: Option<String>,
    #[serde(default)]
    models: Models,
    temperature: Option<f64>,
    max_output_tokens: Option<u32>,
    tools: Option<Tools>,
    #[serde(default)]
    limits: Limits,
    version: Option<Label>,
    #[serde(default, rename = "color")]
    _color: serde::de::IgnoredAny,
    #[serde(default, rename = "license")]
    _license: serde::de::IgnoredAny,
    #[serde(default, rename = "metadata")]
    _metadata: serde::de::IgnoredAny,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Models {
    preferred: Vec<String>,
    fallback: Vec<String>,
}

/// `tools: read_file, search_files` or a list.
struct Tools(Vec<String>);

// Written by hand instead of `untagged`, whose errors say neither the field nor the fix.
impl<'de> Deserialize<'de> for Tools {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(line) => {
                let names = line.split(',').map(str::trim).filter(|name| !name.is_empty());
                Ok(Self(names.map(str::to_owned).collect()))
            }
            other => serde_json::from_value(other)
                .map(Self)
                .map_err(|_| serde::de::Error::custom("\"tools\" must be a list of tool names")),
        }
    }
}

impl FrontMatter {
    fn preferences(&self) -> ModelPreferences {
        let named = self.model.iter().filter(|name| *name != "inherit");
        let prefer = named.chain(&self.models.preferred).chain(&self.models.fallback);
        ModelPreferences {
            prefer: prefer.cloned().collect(),
            temperature: self.temperature,
            max_output_tokens: self.max_output_tokens,
        }
    }
}

impl Agent {
    /// The agent that a file describes, or everything that is wrong with it.
    pub(super) fn from_file(file: &File<'_>) -> Result<Self, Vec<Problem>> {
        let front: FrontMatter = file.front_matter()?;
        let model = front.preferences();
        let aliases: Vec<String> = front.agent_id.into_iter().chain(front.aliases).collect();
        let mut problems = file.check_names(&front.name, &aliases);
        problems.extend(file.check_filled(&[("description", &front.description)]));
        problems.extend(file.check_model_settings(front.temperature, front.max_output_tokens));
        if file.body.trim().is_empty() {
            problems.push(
                file.problem(&[], "there is no system prompt: write it below the front matter"),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            slug: file.slug.to_owned(),
            aliases,
            name: front.title.unwrap_or_else(|| title(&front.name)),
            description: front.description.trim().to_owned(),
            role: front.role,
            department: front.department,
            tags: front.tags,
            capabilities: front.capabilities,
            model,
            tools: front.tools.map(|tools| tools.0).unwrap_or_default(),
            limits: front.limits,
            system_prompt: file.body.trim().to_owned(),
            version: front.version.unwrap_or_default().0,
            hash: file.hash(),
        })
    }
}
