//! Inputs: news from outside that move an execution.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Failure;

/// Names one try at one instance of one step; the idempotency key of its effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptKey {
    /// The step's position in the plan.
    pub step: usize,
    /// The instance, from 0; always 0 without a fan-out.
    pub instance: usize,
    /// Which try, from 1.
    pub attempt: u32,
}

/// News for an execution.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// It is its turn.
    Start,
    /// An attempt ended well.
    AttemptCompleted {
        /// Which.
        key: AttemptKey,
        /// What it gave.
        output: Json,
    },
    /// An attempt failed.
    AttemptFailed {
        /// Which.
        key: AttemptKey,
        /// Why.
        failure: Failure,
    },
    /// Time has passed; something may be due.
    Tick,
    /// The process that ran it died and another one goes on with it.
    Recover,
    /// Somebody wants no new steps to start.
    Pause {
        /// Who, for the journal.
        by: String,
    },
    /// Somebody wants it to go on.
    Resume {
        /// Who.
        by: String,
    },
    /// Somebody wants it to end now.
    Cancel {
        /// Who.
        by: String,
        /// Why.
        reason: Option<String>,
    },
}
