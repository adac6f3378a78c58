//! The JSON of an answer, as loosely as the servers write it: whole answers and chunks of
//! a stream share one shape, and every field may be missing or null.

use base::Micros;
use serde::Deserialize;
use serde_json::Value;

use crate::chat::TokenUsage;
use crate::price::micros_from_dollars;

#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    pub model: Option<String>,
    pub choices: Option<Vec<Choice>>,
    pub usage: Option<Usage>,
    pub error: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    pub index: Option<u64>,
    /// In a stream.
    pub delta: Option<Fragment>,
    /// In a whole answer.
    pub message: Option<Fragment>,
    pub finish_reason: Option<String>,
    /// OpenRouter reports a failed upstream here.
    pub error: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fragment {
    pub content: Option<String>,
    /// llama.cpp, DeepSeek, vLLM.
    pub reasoning_content: Option<String>,
    /// OpenRouter, Ollama.
    pub reasoning: Option<String>,
    /// OpenAI puts a refusal to answer in the demanded shape here.
    pub refusal: Option<String>,
    pub tool_calls: Option<Vec<CallFragment>>,
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
        (dollars >= 0.0).then(|| micros_from_dollars(dollars))
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
