//! The pieces in which an answer arrives.

use serde::{Deserialize, Serialize};

use super::{Finish, TokenUsage};

/// One piece of an answer. A stream begins with `Start` and, unless it fails, ends with
/// `Finish`; `Usage` comes before `Finish`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Delta {
    /// The model begins.
    Start {
        /// The model, as the provider names it.
        model: String,
        /// Whether this is the scripted model.
        scripted: bool,
    },
    /// More of the answer.
    Text {
        /// The next words.
        text: String,
    },
    /// More of the words in which the model says that it will not answer. They are not a part
    /// of the answer: where a shape was demanded, they do not have it.
    Refusal {
        /// The next words.
        text: String,
    },
    /// More of what the model thinks aloud.
    Reasoning {
        /// The next words.
        text: String,
    },
    /// A thought ends: all reasoning since the last seal belongs to this one.
    Seal {
        /// See [`Thought::seal`](super::Thought::seal).
        seal: String,
    },
    /// More of a tool call. Calls are numbered from 0 without gaps; the first fragment of
    /// a call carries its id and name, the later ones only more arguments.
    ToolCall {
        /// Which call of this answer.
        index: usize,
        /// The call's id; empty in later fragments.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        id: String,
        /// The tool's name; empty in later fragments.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        /// More of the arguments' text.
        arguments: String,
    },
    /// The text of [`Request::stop`](super::Request::stop) at which the model stopped, where
    /// its provider tells; not a part of the answer.
    StopSequence {
        /// The text.
        text: String,
    },
    /// What the call used.
    Usage(TokenUsage),
    /// The answer is complete.
    Finish {
        /// Why it stopped.
        reason: Finish,
    },
}

impl Delta {
    /// The same with nothing used that no call comes to.
    #[must_use]
    pub(crate) fn believable(mut self) -> Self {
        if let Self::Usage(usage) = &mut self {
            *usage = usage.believable();
        }
        self
    }
}
