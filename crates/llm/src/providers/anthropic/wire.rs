//! The JSON of an answer, whole and as events. Every field may be missing.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::chat::TokenUsage;

/// A whole answer, or the beginning of a streamed one.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub model: Option<String>,
    #[serde(default)]
    pub content: Vec<Block>,
    pub stop_reason: Option<String>,
    pub stop_sequence: Option<String>,
    pub usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub kind: String,
    pub index: Option<u64>,
    pub message: Option<Message>,
    pub content_block: Option<Block>,
    pub delta: Option<Fragment>,
    pub usage: Option<Usage>,
    pub error: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Block {
    #[serde(rename = "type")]
    pub kind: String,
    pub text: Option<String>,
    pub thinking: Option<String>,
    pub signature: Option<String>,
    /// Of a thought that is hidden.
    pub data: Option<String>,
    pub id: Option<String>,
    pub name: Option<String>,
    pub input: Option<Box<RawValue>>,
}

/// What a delta adds to its block, or to the message.
#[derive(Debug, Deserialize)]
pub(super) struct Fragment {
    pub text: Option<String>,
    pub thinking: Option<String>,
    pub signature: Option<String>,
    pub partial_json: Option<String>,
    pub stop_reason: Option<String>,
    pub stop_sequence: Option<String>,
}

/// What was used so far; later reports replace what they name.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct Usage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_creation: Option<CacheCreation>,
    output_tokens_details: Option<OutputDetails>,
}

/// How long what was put into the cache is kept.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct CacheCreation {
    ephemeral_1h_input_tokens: Option<u64>,
}

/// What was written that nobody sees in full.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct OutputDetails {
    thinking_tokens: Option<u64>,
}

impl Usage {
    /// This report and what a later one replaces.
    pub fn updated(self, later: Self) -> Self {
        Self {
            input_tokens: later.input_tokens.or(self.input_tokens),
            output_tokens: later.output_tokens.or(self.output_tokens),
            cache_read_input_tokens: later.cache_read_input_tokens.or(self.cache_read_input_tokens),
            cache_creation_input_tokens: later
                .cache_creation_input_tokens
                .or(self.cache_creation_input_tokens),
            cache_creation: later.cache_creation.or(self.cache_creation),
            output_tokens_details: later.output_tokens_details.or(self.output_tokens_details),
        }
    }

    /// The tokens reported; `None` if nothing was counted. Here `input_tokens` is what the
    /// cache had no part in. `is_long` says that an hour in the cache was asked for, which is
    /// believed where the report does not tell.
    pub fn tokens(&self, is_long: bool) -> Option<TokenUsage> {
        let cached_input = self.cache_read_input_tokens.unwrap_or(0);
        let cache_write = self.cache_creation_input_tokens.unwrap_or(0);
        let told = self.cache_creation.and_then(|kept| kept.ephemeral_1h_input_tokens);
        let for_an_hour = told.unwrap_or(if is_long { cache_write } else { 0 });
        let fresh = self.input_tokens.unwrap_or(0);
        let input = fresh.saturating_add(cached_input).saturating_add(cache_write);
        let output = self.output_tokens.unwrap_or(0);
        let thought = self.output_tokens_details.and_then(|details| details.thinking_tokens);
        (input > 0 || output > 0).then(|| TokenUsage {
            input,
            output,
            cached_input,
            cache_write,
            cache_write_1h: for_an_hour.min(cache_write),
            reasoning: thought.unwrap_or(0).min(output),
            ..TokenUsage::default()
        })
    }
}
