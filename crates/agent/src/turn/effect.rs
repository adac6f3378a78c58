//! What a turn orders.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An order to the runner. Asking again before the news is in gives the same order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Effect {
    /// Ask the model and bring back `ModelReplied` or `ModelFailed`.
    CallModel {
        /// What to ask.
        request: Box<llm::chat::Request>,
        /// Which model call of the attempt this is, from 1.
        nth: u32,
        /// Whether the model is shown what was wrong with its answer.
        repair: bool,
    },
    /// Carry out these calls, in any order, and bring back a `ToolReturned` for each.
    CallTools {
        /// The calls whose outcome is not known yet.
        calls: Vec<Call>,
    },
    /// Nothing more to do.
    Finish(Outcome),
}

/// One tool call with arguments that fit the tool's schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Names the call within the attempt.
    pub id: String,
    /// The tool.
    pub name: String,
    /// What the model gave; still untrusted.
    pub arguments: Value,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// There is a valid answer.
    Completed {
        /// The answer: JSON that fits the output schema, or text where there is none.
        output: Value,
        /// The answer in a line.
        summary: String,
    },
    /// There is none.
    Failed {
        /// A stable word: one of [`code`] or the model port's own.
        code: String,
        /// What went wrong, for people.
        message: String,
        /// Whether another attempt may do better.
        retryable: bool,
    },
}

/// The codes of failures that a turn itself finds.
pub mod code {
    /// The answer does not fit the output schema, even after repair.
    pub const INVALID_OUTPUT: &str = "invalid_output";
    /// The answer hit the token limit, even with twice the tokens.
    pub const OUTPUT_CUT: &str = "output_cut";
    /// The answer is larger than an attempt may keep.
    pub const OUTPUT_TOO_LARGE: &str = "output_too_large";
    /// The provider's content filter stopped the answer.
    pub const REFUSED: &str = "refused";
    /// The same tool was called with the same arguments again and again.
    pub const TOOL_LOOP: &str = "tool_loop";
    /// The model was asked as often as the limits allow.
    pub const TOO_MANY_MODEL_CALLS: &str = "too_many_model_calls";
    /// The model called tools as often as the limits allow.
    pub const TOO_MANY_TOOL_ROUNDS: &str = "too_many_tool_rounds";
}
