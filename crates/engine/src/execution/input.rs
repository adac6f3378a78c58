//! Inputs: news from outside that move an execution.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Decision, Failure};

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
    /// An attempt that had to wait for a free place begins now.
    AttemptBegan {
        /// Which.
        key: AttemptKey,
    },
    /// The dispatcher chose an agent.
    AgentChosen {
        /// For which attempt.
        key: AttemptKey,
        /// The agent's slug.
        agent: String,
        /// The candidates with their scores, for people.
        explanation: Json,
    },
    /// Somebody or something sent a signal.
    Signal {
        /// Its name.
        name: String,
        /// What comes with it.
        payload: Json,
        /// Who sent it, for the journal.
        by: String,
    },
    /// An event of the system that an attempt waits for.
    EventHeard {
        /// Which attempt.
        key: AttemptKey,
        /// The event: its details, with its kind, number and time.
        event: Json,
    },
    /// Somebody decided about an approval.
    Decide {
        /// The step's position.
        step: usize,
        /// The instance, from 0.
        instance: usize,
        /// What they decided.
        decision: Decision,
    },
    /// Time has passed; something may be due.
    Tick,
    /// The process that ran it ended and another one goes on with it.
    Recover {
        /// After how many deaths of its process an attempt is given up; absent when the
        /// process was stopped in good order, which counts as no death.
        give_up_after: Option<u32>,
    },
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
