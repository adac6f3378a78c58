//! Where an attempt stands.

use indexmap::IndexMap;
use llm::chat::{Message, TokenUsage};
use serde::{Deserialize, Serialize};

use super::{Call, Outcome, ToolOutcome};

/// Everything that news has changed; the rest is in the spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// What is awaited.
    pub phase: Phase,
    /// The conversation after the opening: replies, tool results, repairs.
    pub messages: Vec<Message>,
    /// The token limit of the next model call; doubled once when an answer is cut.
    pub max_output_tokens: u32,
    /// Whether it was doubled.
    pub is_extended: bool,
    /// Whether the repair round was used.
    pub is_repaired: bool,
    /// How often the model answered.
    pub model_calls: u32,
    /// How often it answered with tool calls.
    pub tool_rounds: u32,
    /// How often each call was made, by tool and arguments.
    pub call_counts: IndexMap<String, u32>,
    /// The tokens of all model calls together.
    pub usage: TokenUsage,
}

/// What an attempt waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// The model's answer.
    Model {
        /// Whether it was shown what was wrong with its last one.
        repair: bool,
    },
    /// Tools.
    Tools {
        /// The calls of this round, in the model's order.
        calls: Vec<Pending>,
    },
    /// Nothing.
    Finished {
        /// How it ended.
        outcome: Outcome,
    },
}

/// A tool call and what came of it, if that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The call.
    pub call: Call,
    /// What came of it.
    pub outcome: Option<ToolOutcome>,
}

impl State {
    pub(super) fn new(max_output_tokens: u32) -> Self {
        Self {
            phase: Phase::Model { repair: false },
            messages: Vec::new(),
            max_output_tokens,
            is_extended: false,
            is_repaired: false,
            model_calls: 0,
            tool_rounds: 0,
            call_counts: IndexMap::new(),
            usage: TokenUsage::default(),
        }
    }

    pub(super) fn count(&mut self, used: TokenUsage) {
        self.model_calls += 1;
        self.usage.input += used.input;
        self.usage.output += used.output;
        self.usage.cached_input += used.cached_input;
        self.usage.reasoning += used.reasoning;
        self.usage.estimated |= used.estimated;
        self.usage.stated_cost = match (self.usage.stated_cost, used.stated_cost) {
            (Some(so_far), Some(more)) => Some(so_far + more),
            (so_far, more) => so_far.or(more),
        };
    }
}
