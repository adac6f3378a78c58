//! The JSON of an answer and of each chunk of a stream. Every field may be missing.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::chat::TokenUsage;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chunk {
    pub candidates: Option<Vec<Candidate>>,
    pub prompt_feedback: Option<Feedback>,
    pub usage_metadata: Option<Usage>,
    pub model_version: Option<String>,
    pub error: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate {
    pub index: Option<u64>,
    pub content: Option<Content>,
    pub finish_reason: Option<String>,
    pub finish_message: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feedback {
    pub block_reason: Option<String>,
    pub block_reason_message: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Content {
    pub parts: Option<Vec<Piece>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Piece {
    pub text: Option<String>,
    pub thought: Option<bool>,
    pub thought_signature: Option<String>,
    pub function_call: Option<Call>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Call {
    pub id: Option<String>,
    pub name: Option<String>,
    pub args: Option<Box<RawValue>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "these are the words of the wire")]
pub(super) struct Usage {
    prompt_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    cached_content_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
    tool_use_prompt_token_count: Option<u64>,
}

impl Usage {
    /// The tokens reported; `None` if nothing was counted. Thoughts are counted apart here.
    pub fn tokens(&self) -> Option<TokenUsage> {
        let prompt = self.prompt_token_count.unwrap_or(0);
        let input = prompt.saturating_add(self.tool_use_prompt_token_count.unwrap_or(0));
        let reasoning = self.thoughts_token_count.unwrap_or(0);
        let output = self.candidates_token_count.unwrap_or(0).saturating_add(reasoning);
        (input > 0 || output > 0).then(|| TokenUsage {
            input,
            output,
            cached_input: self.cached_content_token_count.unwrap_or(0),
            reasoning,
            ..TokenUsage::default()
        })
    }
}
