//! What a model is asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Message, Role};

/// One question to one model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The model's name at its provider.
    pub model: String,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// The tools that the model may ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolSpec>,
    /// Whether the model must, may or must not ask for a tool.
    #[serde(default, skip_serializing_if = "ToolChoice::is_auto")]
    pub tool_choice: ToolChoice,
    /// Whether the model may ask for several tools at once; its provider decides if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// The shape that the final answer must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<OutputSchema>,
    /// The most tokens that the model may write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// How freely the model chooses; 0 is the most likely word each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Only the likeliest words that together are this likely are chosen from, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Only this many of the likeliest words are chosen from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// How much a word counts less for each time that it was written, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// How much a word counts less once it was written, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// The same seed asks the provider for the same answer, where it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Texts at which the model stops.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// How much the model thinks before it answers; its provider decides if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Reasoning>,
    /// How hard the model works on the whole answer, whether it thinks before it or not: what
    /// Anthropic tells apart from `reasoning`. See [`Request::thinking`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// How much the model says; its provider decides if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verbosity: Option<Verbosity>,
    /// What the provider may keep for the next call.
    #[serde(default, skip_serializing_if = "CacheHints::is_empty")]
    pub cache: CacheHints,
    /// Which of its provider's capacity the call may use; its provider decides if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
    /// Who asks, as an opaque word for the provider's watch over abuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What we know about the call (`command`, `agent`, `param:idea`); never sent to a
    /// provider, read by the scripted model and by logs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// A tool as the model sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub parameters: serde_json::Value,
    /// Whether its provider must keep the arguments to the schema; its provider decides if
    /// unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

/// Whether the model must, may or must not ask for a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// No tools this time.
    None,
    /// At least one tool.
    Required,
    /// This tool.
    Tool(String),
}

impl ToolChoice {
    fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// Which of a provider's capacity a call may use. What costs more or less than the standard
/// price is not among them: a budget is kept by the standard price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceTier {
    /// What the account at the provider is set to.
    Auto,
    /// The shared capacity, at the standard price.
    Standard,
}

/// How much a model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reasoning {
    /// Not at all.
    Off,
    /// As much as the question seems to need.
    Adaptive,
    /// About this much.
    Effort(Effort),
    /// At most this many tokens.
    Budget(u32),
}

/// How hard a model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Hardly.
    Minimal,
    /// A little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
    /// As much as it can.
    Max,
}

/// How much a model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verbosity {
    /// Only what is needed.
    Low,
    /// As usual.
    Medium,
    /// With everything that belongs to it.
    High,
}

/// What the provider may keep for the next call, beside what the messages' own
/// [`Part::CachePoint`](super::Part::CachePoint)s say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheHints {
    /// Keep the tools, which come before everything else.
    #[serde(default)]
    pub tools: bool,
    /// Keep it for an hour instead of minutes, where that can be chosen.
    #[serde(default)]
    pub long: bool,
    /// Calls with one key go where one cache is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl CacheHints {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Reasoning {
    /// The effort that comes nearest.
    pub const fn effort(self) -> Option<Effort> {
        match self {
            Self::Off | Self::Adaptive => None,
            Self::Effort(effort) => Some(effort),
            Self::Budget(0..=1_024) => Some(Effort::Low),
            Self::Budget(1_025..=8_192) => Some(Effort::Medium),
            Self::Budget(_) => Some(Effort::High),
        }
    }

    /// The budget that comes nearest, in tokens.
    pub const fn budget(self) -> Option<u32> {
        match self {
            Self::Off => Some(0),
            Self::Adaptive => None,
            Self::Budget(tokens) => Some(tokens),
            Self::Effort(Effort::Minimal | Effort::Low) => Some(1_024),
            Self::Effort(Effort::Medium) => Some(8_192),
            Self::Effort(Effort::High) => Some(16_384),
            Self::Effort(Effort::Max) => Some(24_576),
        }
    }
}

/// The shape that the final answer must have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputSchema {
    /// A name for the shape; some providers demand one.
    pub name: String,
    /// Its JSON Schema.
    pub schema: serde_json::Value,
    /// Whether its provider must keep the answer to the schema; where unset, it must if the
    /// schema allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

impl Request {
    /// A request for `model` with these messages and nothing else set.
    pub fn new(model: impl Into<String>, messages: Vec<Message>) -> Self {
        Self { model: model.into(), messages, ..Self::default() }
    }

    /// How much the model thinks, at providers that know no other effort than that.
    pub fn thinking(&self) -> Option<Reasoning> {
        self.reasoning.or_else(|| self.effort.map(Reasoning::Effort))
    }

    /// The text of the last thing that the user said.
    pub fn last_user_text(&self) -> Option<String> {
        self.messages
            .iter()
            .rev()
            .find(|message| message.role == Role::User)
            .map(Message::joined_text)
    }
}
