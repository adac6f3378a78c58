//! The JSON of an answer, whole and as events. Every field may be missing.

use serde::Deserialize;
use serde_json::Value;

use crate::chat::TokenUsage;

/// A whole answer, or what is known of it when it begins or ends.
#[derive(Debug, Deserialize)]
pub(super) struct Response {
    pub model: Option<String>,
    pub status: Option<String>,
    pub output: Option<Vec<Item>>,
    pub usage: Option<Usage>,
    pub error: Option<Value>,
    pub incomplete_details: Option<Details>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Details {
    pub reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Item {
    #[serde(rename = "type", default)]
    pub kind: String,
    pub id: Option<String>,
    pub call_id: Option<String>,
    pub name: Option<String>,
    pub arguments: Option<String>,
    /// What a tool without a schema is called with.
    pub input: Option<String>,
    pub content: Option<Vec<Piece>>,
    pub summary: Option<Vec<Piece>>,
    pub encrypted_content: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Piece {
    pub text: Option<String>,
    pub refusal: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "type", default)]
    pub kind: String,
    pub output_index: Option<u64>,
    pub summary_index: Option<u64>,
    pub item: Option<Item>,
    pub delta: Option<String>,
    pub arguments: Option<String>,
    pub input: Option<String>,
    pub response: Option<Response>,
    pub error: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    input_tokens_details: Option<InputDetails>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Debug, Clone, Deserialize)]
struct InputDetails {
    cached_tokens: Option<u64>,
}

#[derive(Debug, Clone, Deserialize)]
struct OutputDetails {
    reasoning_tokens: Option<u64>,
}

impl Usage {
    /// The tokens reported; `None` if the server reports without having counted.
    pub fn tokens(&self) -> Option<TokenUsage> {
        let input = self.input_tokens.unwrap_or(0);
        let output = self.output_tokens.unwrap_or(0);
        let read = self.input_tokens_details.as_ref();
        let wrote = self.output_tokens_details.as_ref();
        (input > 0 || output > 0).then(|| TokenUsage {
            input,
            output,
            cached_input: read.and_then(|details| details.cached_tokens).unwrap_or(0),
            reasoning: wrote.and_then(|details| details.reasoning_tokens).unwrap_or(0),
            ..TokenUsage::default()
        })
    }
}
