//! The server side of the dialects that outside clients speak, pure: a client's request
//! becomes a canonical one, canonical answers and errors become the client's.
//!
//! Start with [`Door`]. What is particular to a dialect stands beside its codec, in the
//! folders `providers/*/door`; [`embeddings`] and [`transcription`] are OpenAI's alone.

pub mod embeddings;
mod failure;
mod field;
mod frames;
pub mod models;
#[cfg(test)]
mod passing;
#[cfg(test)]
mod tests;
pub mod transcription;

use serde::Serialize;

pub use failure::{Failure, Kind};
pub use field::{FieldError, read};
pub(crate) use field::{Lines, path_of};
pub use frames::Frames;
pub(crate) use frames::{Writer, quoted};

use crate::chat::{Reply, Request};
use crate::providers::{anthropic, openai, openai_responses};

/// A dialect in which outside clients ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// OpenAI's `/v1/chat/completions`.
    Chat,
    /// OpenAI's `/v1/responses`.
    Responses,
    /// Anthropic's `/v1/messages`.
    Messages,
}

/// What a client asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The request; its model is what the client called it.
    pub request: Request,
    /// Whether the client wants the answer as it comes.
    pub stream: bool,
    /// Whether a stream should end with what was used, where the dialect leaves the choice.
    pub include_usage: bool,
}

/// What an answer says beside the model's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The answer's id without a prefix, such as the call's.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// The model by the name that the client used.
    pub model: String,
}

impl Door {
    /// Reads a client's request.
    pub fn decode(self, body: &[u8]) -> Result<Asked, FieldError> {
        match self {
            Self::Chat => openai::door::decode(body),
            Self::Responses => openai_responses::door::decode(body),
            Self::Messages => anthropic::door::decode(body),
        }
    }

    /// Writes a whole answer as JSON.
    pub fn encode(self, reply: &Reply, meta: &Meta) -> Vec<u8> {
        match self {
            Self::Chat => openai::door::encode(reply, meta),
            Self::Responses => openai_responses::door::encode(reply, meta),
            Self::Messages => anthropic::door::encode(reply, meta),
        }
    }

    /// Writes an answer as server-sent events, piece by piece.
    pub fn frames(self, meta: &Meta, asked: &Asked) -> Frames {
        match self {
            Self::Chat => Frames::Chat(openai::door::Stream::new(meta, asked.include_usage)),
            Self::Responses => Frames::Responses(openai_responses::door::Stream::new(meta)),
            Self::Messages => Frames::Messages(anthropic::door::Stream::new(meta)),
        }
    }

    /// Writes why there is no answer, with the status to send it under.
    pub fn encode_failure(self, failure: &Failure) -> (u16, Vec<u8>) {
        match self {
            Self::Chat | Self::Responses => {
                (failure.kind.status(), openai::door::encode_failure(failure))
            }
            Self::Messages => {
                (anthropic::door::status(failure.kind), anthropic::door::encode_failure(failure))
            }
        }
    }
}

/// Reads a request of Anthropic's clients to count the tokens of what they would send,
/// which does not say how many may be written.
pub fn decode_count(body: &[u8]) -> Result<Request, FieldError> {
    anthropic::door::decode_count(body)
}

/// Writes a count of tokens as Anthropic does.
pub fn encode_count(tokens: u64) -> Vec<u8> {
    anthropic::door::encode_count(tokens)
}

/// JSON of what cannot fail to be written.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("texts, numbers and lists can always be written as JSON")
}
