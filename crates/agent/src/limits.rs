//! How far one attempt of an agent may go before it is stopped.

use serde::{Deserialize, Serialize};

/// The bounds of an agent's work; an agent file may set any of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How often the model may be asked, repairs included; coding CLIs call it `max_turns`.
    #[serde(alias = "max_turns")]
    pub max_model_calls: u32,
    /// How often the model may answer with tool calls.
    pub max_tool_rounds: u32,
    /// How often the same tool may be called with the same arguments; one more stops the attempt.
    pub max_identical_calls: u32,
    /// The largest final answer, in bytes.
    pub max_output_bytes: usize,
    /// The largest tool result shown to the model, in bytes; the rest is cut off.
    pub max_tool_result_bytes: usize,
    /// How long the whole attempt may take, in seconds; the runner holds the clock.
    pub timeout_seconds: u64,
    /// How often the work may be tried where its step does not say; the runner counts.
    pub max_attempts: u32,
    /// How many attempts of this agent may be under way at once; the runner counts.
    pub max_concurrent_tasks: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_model_calls: 20,
            max_tool_rounds: 15,
            max_identical_calls: 3,
            max_output_bytes: 256 * 1024,
            max_tool_result_bytes: 64 * 1024,
            timeout_seconds: 900,
            max_attempts: 3,
            max_concurrent_tasks: 5,
        }
    }
}
