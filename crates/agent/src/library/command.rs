//! A command: a parameterised prompt that an agent carries out.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Problem;
use super::file::{File, Label, title};
use crate::prompt;

/// A parameterised prompt that an agent carries out, with the shape of its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The text key, which is the name of its file: `identify_users`.
    pub slug: String,
    /// Other keys that find it.
    pub aliases: Vec<String>,
    /// What people call it.
    pub name: String,
    /// What it does, in a sentence or two.
    pub description: String,
    /// The slug of the agent that carries it out.
    pub agent: String,
    /// Where it stands in the catalogue: `elicitation`.
    pub category: String,
    /// What it takes, in the order of the file.
    pub params: IndexMap<String, ParamSpec>,
    /// The JSON Schema that the answer must fit; without one the answer is text.
    pub output_schema: Option<Value>,
    /// How freely the model writes; wins over the agent's.
    pub temperature: Option<f64>,
    /// The longest answer in tokens; wins over the agent's.
    pub max_output_tokens: Option<u32>,
    /// How much a word loses each time it was used, from -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// How much a word loses once it was used, from -2 to 2.
    pub presence_penalty: Option<f64>,
    /// Sample parameters that it can be tried with.
    pub example: Option<Map<String, Value>>,
    /// The template of the prompt.
    pub prompt: String,
    /// The version that its author gives it.
    pub version: String,
    /// SHA-256 of its normalised file, in hex: the identity of this prompt version.
    pub hash: String,
}

impl Command {
    /// What stands in for a command when a workflow brings a text of its own: the parameter
    /// `prompt`, word for word, and an answer in text.
    pub fn of_prompt(agent: &str) -> Self {
        let param = ParamSpec {
            r#type: ParamType::String,
            description: "What is asked.".to_owned(),
            required: true,
            default: None,
            items: None,
        };
        Self {
            slug: "prompt".to_owned(),
            aliases: Vec::new(),
            name: "Prompt".to_owned(),
            description: "A text of the workflow's own.".to_owned(),
            agent: agent.to_owned(),
            category: "general".to_owned(),
            params: IndexMap::from([("prompt".to_owned(), param)]),
            output_schema: None,
            temperature: None,
            max_output_tokens: None,
            frequency_penalty: None,
            presence_penalty: None,
            example: None,
            prompt: "{{ params.prompt }}".to_owned(),
            version: "1".to_owned(),
            hash: String::new(),
        }
    }
}

/// What a command expects of one parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamSpec {
    /// Which values fit.
    pub r#type: ParamType,
    /// What it is for.
    pub description: String,
    /// Whether leaving it out is a mistake.
    pub required: bool,
    /// What stands in for it when it is left out.
    pub default: Option<Value>,
    /// The JSON Schema of a list's items.
    pub items: Option<Value>,
}

/// Which values fit a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A list; JSON Schema's word `array` will do as well.
    #[serde(alias = "array")]
    List,
    /// Named values.
    Object,
    /// Whatever is given.
    Any,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    name: String,
    title: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    description: String,
    agent: String,
    category: String,
    #[serde(default)]
    params: IndexMap<String, ParamField>,
    output_schema: Option<Value>,
    temperature: Option<f64>,
    max_output_tokens: Option<u32>,
    frequency_penalty: Option<f64>,
    presence_penalty: Option<f64>,
    example: Option<Map<String, Value>>,
    version: Option<Label>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParamField {
    r#type: ParamType,
    #[serde(default)]
    description: String,
    required: Option<bool>,
    default: Option<Value>,
    items: Option<Value>,
}

impl From<ParamField> for ParamSpec {
    /// A parameter is required unless the file says otherwise or gives a default.
    fn from(field: ParamField) -> Self {
        Self {
            r#type: field.r#type,
            description: field.description,
            required: field.required.unwrap_or(field.default.is_none()),
            default: field.default,
            items: field.items,
        }
    }
}

impl Command {
    /// The command that a file describes, or everything that is wrong with it.
    pub(super) fn from_file(file: &File<'_>) -> Result<Self, Vec<Problem>> {
        let front: FrontMatter = file.front_matter()?;
        let mut problems = file.check_names(&front.name, &front.aliases);
        problems.extend(
            file.check_filled(&[
                ("description", &front.description),
                ("category", &front.category),
            ]),
        );
        problems.extend(file.check_model_settings(front.temperature, front.max_output_tokens));
        for (field, given) in [
            ("frequency_penalty", front.frequency_penalty),
            ("presence_penalty", front.presence_penalty),
        ] {
            problems.extend(file.check_range(field, given, -2.0..=2.0));
        }
        let command = Self {
            slug: file.slug.to_owned(),
            aliases: front.aliases,
            name: front.title.unwrap_or_else(|| title(&front.name)),
            description: front.description.trim().to_owned(),
            agent: front.agent,
            category: front.category,
            params: front.params.into_iter().map(|(name, field)| (name, field.into())).collect(),
            output_schema: front.output_schema,
            temperature: front.temperature,
            max_output_tokens: front.max_output_tokens,
            frequency_penalty: front.frequency_penalty,
            presence_penalty: front.presence_penalty,
            example: front.example,
            prompt: file.body.trim().to_owned(),
            version: front.version.unwrap_or_default().0,
            hash: file.hash(),
        };
        for fault in prompt::check(&command) {
            problems.push(match fault.at {
                prompt::Place::Field(path) => file
                    .problem(&path.iter().map(String::as_str).collect::<Vec<_>>(), fault.message),
                prompt::Place::PromptLine(line) => file.body_problem(line, fault.message),
            });
        }
        if problems.is_empty() { Ok(command) } else { Err(problems) }
    }
}
