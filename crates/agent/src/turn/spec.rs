//! What an attempt starts from.

use llm::chat::ToolSpec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Limits;
use crate::library::{Agent, Command};

/// The longest answer in tokens where neither command nor agent says; there is always a
/// limit, because the cost of the worst case is reserved before a call.
const DEFAULT_MAX_OUTPUT_TOKENS: u32 = 4096;

/// What an attempt starts from. It is serialisable so that an attempt can keep its own
/// copy: replaying a journal against a changed agent or command would be another story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnSpec {
    /// Who does it.
    pub agent: Agent,
    /// What is to be done.
    pub command: Command,
    /// With what.
    pub params: Map<String, Value>,
    /// The model to ask; `None` leaves the choice to the model port.
    pub model: Option<String>,
    /// The tools on offer; see `tool::Registry::offer`.
    pub tools: Vec<ToolSpec>,
    /// How far it may go; usually the agent's own.
    pub limits: Limits,
}

impl TurnSpec {
    pub(super) fn max_output_tokens(&self) -> u32 {
        let set = self.command.max_output_tokens.or(self.agent.model.max_output_tokens);
        set.unwrap_or(DEFAULT_MAX_OUTPUT_TOKENS)
    }

    pub(super) fn temperature(&self) -> Option<f64> {
        self.command.temperature.or(self.agent.model.temperature)
    }
}
