//! Writing server-sent events, into one buffer and without intermediate values: this is
//! done for every piece of every stream.

use std::io::Write;

use serde::Serialize;

use super::Failure;
use crate::chat::Delta;
use crate::providers::{anthropic, openai, openai_responses};

/// Writes one answer as server-sent events.
#[derive(Debug)]
pub enum Frames {
    /// OpenAI's chat chunks.
    Chat(openai::door::Stream),
    /// OpenAI's response events.
    Responses(openai_responses::door::Stream),
    /// Anthropic's message events.
    Messages(anthropic::door::Stream),
}

impl Frames {
    /// Appends the events for the next piece of the answer. [`Delta::Finish`] ends it.
    pub fn push(&mut self, delta: &Delta, out: &mut Vec<u8>) {
        match self {
            Self::Chat(stream) => stream.push(delta, out),
            Self::Responses(stream) => stream.push(delta, out),
            Self::Messages(stream) => stream.push(delta, out),
        }
    }

    /// Appends the event for a stream that fails; nothing may follow.
    pub fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        match self {
            Self::Chat(stream) => stream.fail(failure, out),
            Self::Responses(stream) => stream.fail(failure, out),
            Self::Messages(stream) => stream.fail(failure, out),
        }
    }
}

/// Appends to a buffer, which cannot fail.
pub(crate) trait Writer {
    /// Appends text as it is.
    fn raw(&mut self, text: &str) -> &mut Self;
    /// Appends a value as JSON.
    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> &mut Self;
}

impl Writer for Vec<u8> {
    fn raw(&mut self, text: &str) -> &mut Self {
        self.extend_from_slice(text.as_bytes());
        self
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> &mut Self {
        // a vector takes everything, and our values always are JSON
        let written = serde_json::to_writer(self.by_ref(), value);
        debug_assert!(written.is_ok(), "{written:?}");
        self
    }
}

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
