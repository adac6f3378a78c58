//! Why something failed.

use serde::{Deserialize, Serialize};

/// Why an attempt, a step or an execution failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// A stable word: `timeout`, `invalid_output`, `expression`, …
    pub code: String,
    /// One sentence.
    pub message: String,
    /// Whether another attempt may help.
    pub is_retryable: bool,
    /// A wait that the other side asked for, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure that another attempt cannot mend.
    pub fn permanent(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            is_retryable: false,
            retry_after_ms: None,
        }
    }

    /// A failure that may pass.
    pub fn passing(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            is_retryable: true,
            retry_after_ms: None,
        }
    }
}
