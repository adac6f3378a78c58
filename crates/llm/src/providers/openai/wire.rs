//! The JSON of an answer, as loosely as the servers write it: whole answers and chunks of
//! a stream share one shape, and every field may be missing or null. What most chunks lack and
//! what is large has a box: a chunk is moved several times while it is read.

use base::Micros;
use serde::Deserialize;
use serde_json::Value;

use crate::chat::TokenUsage;
use crate::door::Lines;
use crate::price::micros_from_dollars;

#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    pub model: Option<String>,
    pub choices: Option<Vec<Choice>>,
    pub usage: Option<Box<Usage>>,
    pub error: Option<Box<Value>>,
    pub x_groq: Option<Groq>,
}

/// What Groq says beside the answer.
#[derive(Debug, Deserialize)]
pub(super) struct Groq {
    pub usage: Option<Box<Usage>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub index: Option<u64>,
    /// In a stream.
    pub delta: Option<Fragment>,
    /// In a whole answer.
    pub message: Option<Box<Fragment>>,
    pub finish_reason: Option<String>,
    /// At vLLM the text, or the number of the token, at which it stopped.
    pub stop_reason: Option<Box<Value>>,
    /// Moonshot counts here.
    pub usage: Option<Box<Usage>>,
    /// OpenRouter reports a failed upstream here.
    pub error: Option<Box<Value>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fragment {
    /// Text, or at Mistral a list of texts and thoughts.
    pub content: Option<Lines<Piece>>,
    /// llama.cpp, DeepSeek, vLLM.
    pub reasoning_content: Option<String>,
    /// OpenRouter, Ollama.
    pub reasoning: Option<String>,
    /// OpenRouter's thoughts in parts, which may come without `reasoning`.
    pub reasoning_details: Option<Box<Value>>,
    /// OpenAI puts what the model says here when it will not answer.
    pub refusal: Option<String>,
    pub tool_calls: Option<Vec<CallFragment>>,
}

/// A part of what is said.
#[derive(Debug, Deserialize)]
pub(super) struct Piece {
    pub text: Option<String>,
    /// A thought, in parts of its own.
    #[serde(default)]
    pub thinking: Lines<Self>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CallFragment {
    pub index: Option<u64>,
    pub id: Option<String>,
    pub function: Option<FunctionFragment>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FunctionFragment {
    pub name: Option<String>,
    /// Text by the book; some servers send the object itself.
    pub arguments: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Usage {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek's word for cached tokens.
    prompt_cache_hit_tokens: Option<u64>,
    /// Dollars: a number at OpenRouter, an object with a total at Perplexity.
    cost: Option<Value>,
    /// Whether OpenRouter used the customer's own key at the provider, which bills apart.
    is_byok: Option<bool>,
    cost_details: Option<Value>,
    /// Moonshot's word for cached tokens.
    cached_tokens: Option<u64>,
    /// Mistral's.
    num_cached_tokens: Option<u64>,
}

#[derive(Debug, Clone, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    /// OpenRouter's word for what was put into a cache.
    cache_write_tokens: Option<u64>,
}

#[derive(Debug, Clone, Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

impl Usage {
    /// The tokens reported; `None` if the server reports without having counted.
    pub fn tokens(&self) -> Option<TokenUsage> {
        let input = self.prompt_tokens.unwrap_or(0);
        let output = self.completion_tokens.unwrap_or(0);
        let prompt = self.prompt_tokens_details.as_ref();
        let completion = self.completion_tokens_details.as_ref();
        (input > 0 || output > 0).then(|| TokenUsage {
            input,
            output,
            cached_input: prompt
                .and_then(|details| details.cached_tokens)
                .or(self.prompt_cache_hit_tokens)
                .or(self.cached_tokens)
                .or(self.num_cached_tokens)
                .unwrap_or(0),
            cache_write: prompt.and_then(|details| details.cache_write_tokens).unwrap_or(0),
            reasoning: completion.and_then(|details| details.reasoning_tokens).unwrap_or(0),
            stated_cost: self.stated_cost(),
            ..TokenUsage::default()
        })
    }

    fn stated_cost(&self) -> Option<Micros> {
        let cost = self.cost.as_ref()?;
        let dollars = cost.as_f64().or_else(|| cost.get("total_cost")?.as_f64())?;
        let details = self.cost_details.as_ref().filter(|_| self.is_byok == Some(true));
        let apart = details.and_then(|details| details.get("upstream_inference_cost")?.as_f64());
        let apart = apart.unwrap_or(0.0);
        (dollars >= 0.0 && apart >= 0.0).then(|| micros_from_dollars(dollars + apart))
    }
}

impl Fragment {
    /// What is readable of thoughts in parts.
    pub fn details(&self) -> String {
        let details = self.reasoning_details.as_deref().and_then(Value::as_array);
        let text = |part: &Value| {
            let text = part.get("text").or_else(|| part.get("summary"))?;
            text.as_str().map(str::to_owned)
        };
        details.into_iter().flatten().filter_map(text).collect()
    }
}

impl FunctionFragment {
    pub fn arguments_text(&self) -> String {
        match &self.arguments {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        }
    }
}
