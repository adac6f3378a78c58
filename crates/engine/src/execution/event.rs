//! Events: the facts of an execution, one row of its journal each. Stored events never
//! change shape: add a variant or an optional field.

use base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::AttemptKey;

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

/// One element that a step fans out over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// How people see it.
    pub label: String,
    /// Its value.
    pub value: Json,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// It was accepted with these inputs. Always the first.
    ExecutionCreated {
        /// The inputs, checked and with defaults.
        inputs: Json,
        /// Where its jitter comes from.
        seed: u64,
    },
    /// Its turn came.
    ExecutionStarted,
    /// A step fans out over these elements (of which there may be none).
    StepExpanded {
        /// The step.
        step: usize,
        /// The elements.
        items: Vec<Item>,
    },
    /// An attempt may start.
    AttemptStarted {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// When it counts as failed if nothing is heard.
        deadline: Timestamp,
    },
    /// The process that ran an attempt died, and another one goes on with it.
    AttemptResumed {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// When it counts as failed now.
        deadline: Timestamp,
    },
    /// An attempt ended well.
    AttemptCompleted {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// What it gave.
        output: Json,
    },
    /// An attempt failed.
    AttemptFailed {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// Why.
        failure: Failure,
    },
    /// Another attempt will follow.
    RetryScheduled {
        /// The failed attempt.
        #[serde(flatten)]
        key: AttemptKey,
        /// Not before this time.
        at: Timestamp,
    },
    /// All instances of a step ended well.
    StepCompleted {
        /// The step.
        step: usize,
    },
    /// A step failed beyond its retries.
    StepFailed {
        /// The step.
        step: usize,
        /// Why.
        failure: Failure,
    },
    /// A step was not needed.
    StepSkipped {
        /// The step.
        step: usize,
    },
    /// No new steps start.
    ExecutionPaused {
        /// Who asked for it.
        by: String,
    },
    /// It goes on.
    ExecutionResumed {
        /// Who asked for it.
        by: String,
    },
    /// All steps ended. Final.
    ExecutionCompleted {
        /// What it gives back.
        outputs: Json,
    },
    /// A step failed. Final.
    ExecutionFailed {
        /// The step's id, when it was a step.
        step: Option<String>,
        /// Why.
        failure: Failure,
    },
    /// Somebody stopped it. Final.
    ExecutionCancelled {
        /// Who.
        by: String,
        /// Why.
        reason: Option<String>,
    },
}

impl Event {
    /// Its name in the journal and on streams.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ExecutionCreated { .. } => "execution_created",
            Self::ExecutionStarted => "execution_started",
            Self::StepExpanded { .. } => "step_expanded",
            Self::AttemptStarted { .. } => "attempt_started",
            Self::AttemptResumed { .. } => "attempt_resumed",
            Self::AttemptCompleted { .. } => "attempt_completed",
            Self::AttemptFailed { .. } => "attempt_failed",
            Self::RetryScheduled { .. } => "retry_scheduled",
            Self::StepCompleted { .. } => "step_completed",
            Self::StepFailed { .. } => "step_failed",
            Self::StepSkipped { .. } => "step_skipped",
            Self::ExecutionPaused { .. } => "execution_paused",
            Self::ExecutionResumed { .. } => "execution_resumed",
            Self::ExecutionCompleted { .. } => "execution_completed",
            Self::ExecutionFailed { .. } => "execution_failed",
            Self::ExecutionCancelled { .. } => "execution_cancelled",
        }
    }

    /// Whether the execution ends with it.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::ExecutionCompleted { .. }
                | Self::ExecutionFailed { .. }
                | Self::ExecutionCancelled { .. }
        )
    }
}
