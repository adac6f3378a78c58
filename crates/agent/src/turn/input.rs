//! The news that a turn takes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One piece of news; the accepted ones, in order, are the journal of an attempt.
/// Stored inputs never change shape: add a variant or an optional field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Input {
    /// The model answered.
    ModelReplied {
        /// Its answer.
        reply: llm::chat::Reply,
    },
    /// The model port gave up.
    ModelFailed {
        /// Why.
        error: ModelError,
    },
    /// A tool call came to an end.
    ToolReturned {
        /// Which call.
        call_id: String,
        /// What came of it.
        outcome: ToolOutcome,
    },
}

/// A model port's error in a form that can be journaled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelError {
    /// A stable word.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// Whether another attempt may do better.
    pub retryable: bool,
}

impl From<&llm::Error> for ModelError {
    fn from(error: &llm::Error) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            retryable: error.is_retryable(),
        }
    }
}

/// What came of a tool call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ToolOutcome {
    /// It returned this.
    Returned {
        /// Text or JSON.
        output: Value,
    },
    /// It failed; the model is told and may go on.
    Failed {
        /// What went wrong, for the model.
        message: String,
    },
    /// A policy or a person said no; the model is told and may go on.
    Denied {
        /// Why.
        reason: String,
    },
}
