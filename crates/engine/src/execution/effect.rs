//! Effects: orders to the runner. An effect may be carried out twice, so each carries
//! the key of its attempt.

use base::Timestamp;
use serde_json::Value as Json;

use super::AttemptKey;

/// An order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start an attempt, or go on with one that a died process had started.
    StartAttempt {
        /// Which.
        key: AttemptKey,
        /// What to do.
        order: Order,
    },
    /// Stop an attempt; its outcome is not wanted any more.
    CancelAttempt {
        /// Which.
        key: AttemptKey,
    },
    /// Send [`super::Input::Tick`] at this time.
    WakeAt(Timestamp),
}

/// What an attempt does, with all expressions evaluated.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// An agent carries out a command.
    Agent {
        /// The agent's slug.
        agent: String,
        /// The command's slug.
        command: String,
        /// The command's parameters.
        params: Json,
        /// The model, when the step wants a certain one.
        model: Option<String>,
    },
    /// A tool is called.
    Tool {
        /// Its name.
        tool: String,
        /// Its input.
        with: Json,
    },
}
