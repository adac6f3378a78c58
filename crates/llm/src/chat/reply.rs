//! What a model answered and what it used.

use std::borrow::Cow;

use base::Micros;
use serde::{Deserialize, Serialize};

use super::{Delta, Thought, ToolCall};

/// A complete answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The model that answered, as the provider names it.
    pub model: String,
    /// What it said.
    pub content: String,
    /// The words in which it said that it will not answer, where its provider tells them apart.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refusal: String,
    /// What it thought aloud, where the provider shows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// The thoughts that its provider sealed and wants to see again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thoughts: Vec<Thought>,
    /// The tools it asks for, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Why it stopped.
    pub finish: Finish,
    /// The text at which it was asked to stop and did, where its provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_sequence: Option<String>,
    /// What it used.
    pub usage: TokenUsage,
    /// Whether the scripted model wrote this; no real model was asked.
    #[serde(default)]
    pub scripted: bool,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It was done.
    Stop,
    /// It reached the token limit; the answer is incomplete.
    Length,
    /// It waits for tools.
    ToolCalls,
    /// The provider's filter stopped it, or the model itself would not answer.
    ContentFilter,
}

/// The tokens of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Tokens that the model read, the cached ones included.
    pub input: u64,
    /// Tokens that the model wrote, its reasoning included.
    pub output: u64,
    /// The part of `input` that came from the provider's cache.
    #[serde(default)]
    pub cached_input: u64,
    /// The part of `input` that the provider put into its cache.
    #[serde(default)]
    pub cache_write: u64,
    /// The part of `cache_write` that the provider keeps for an hour, not for minutes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write_1h: u64,
    /// The part of `input` that was sound.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub audio_input: u64,
    /// How long the recording was, in milliseconds, of models that are paid by it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub audio_ms: u64,
    /// The part of `output` that was reasoning.
    #[serde(default)]
    pub reasoning: u64,
    /// Whether we counted, because the provider did not say.
    #[serde(default)]
    pub estimated: bool,
    /// The cost that the provider itself stated, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_cost: Option<Micros>,
}

/// No call comes to so many tokens, nor to so many milliseconds of sound.
const MOST: u64 = 1_000_000_000;
/// No call costs as much: a million dollars.
const MOST_COST: Micros = Micros(1_000_000_000_000);

impl TokenUsage {
    /// The same without a number that no call comes to. What a provider cannot have counted is the
    /// most that can be believed, as an estimate: it must not make the sums of the ledger overflow.
    #[must_use]
    pub(crate) fn believable(self) -> Self {
        let most = |count: u64| count.min(MOST);
        let believed = Self {
            input: most(self.input),
            output: most(self.output),
            cached_input: most(self.cached_input),
            cache_write: most(self.cache_write),
            cache_write_1h: most(self.cache_write_1h),
            audio_input: most(self.audio_input),
            audio_ms: most(self.audio_ms),
            reasoning: most(self.reasoning),
            estimated: self.estimated,
            stated_cost: self.stated_cost.map(|cost| cost.min(MOST_COST)),
        };
        Self { estimated: self.estimated || believed != self, ..believed }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Reply {
    /// All that it said, its refusal included, for readers that do not tell them apart.
    pub fn words(&self) -> Cow<'_, str> {
        match (self.content.as_str(), self.refusal.as_str()) {
            (content, "") => Cow::Borrowed(content),
            ("", refusal) => Cow::Borrowed(refusal),
            (content, refusal) => Cow::Owned(format!("{content}{refusal}")),
        }
    }

    /// The pieces in which the answer can be told again: an
    /// [`Accumulator`](super::Accumulator) makes exactly this answer of them.
    pub fn to_deltas(&self) -> Vec<Delta> {
        let mut deltas = vec![Delta::Start { model: self.model.clone(), scripted: self.scripted }];
        let mut unsealed = self.reasoning.as_str();
        for Thought { text, seal } in &self.thoughts {
            if !text.is_empty() {
                deltas.push(Delta::Reasoning { text: text.clone() });
            }
            deltas.push(Delta::Seal { seal: seal.clone() });
            unsealed = unsealed.strip_prefix(text.as_str()).unwrap_or_default();
        }
        if !unsealed.is_empty() {
            deltas.push(Delta::Reasoning { text: unsealed.to_owned() });
        }
        if !self.content.is_empty() {
            deltas.push(Delta::Text { text: self.content.clone() });
        }
        if !self.refusal.is_empty() {
            deltas.push(Delta::Refusal { text: self.refusal.clone() });
        }
        deltas.extend(self.tool_calls.iter().enumerate().map(|(index, call)| Delta::ToolCall {
            index,
            id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
        }));
        let at = self.stop_sequence.clone();
        deltas.extend(at.map(|text| Delta::StopSequence { text }));
        deltas.extend([Delta::Usage(self.usage), Delta::Finish { reason: self.finish }]);
        deltas
    }
}
