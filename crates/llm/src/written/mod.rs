//! Tool calls and answers of a shape from servers that do not see to them themselves.
//!
//! Small local models write their calls into the text, as JSON, where their server looks for
//! other marks and finds none; and some servers ignore a demanded shape in one dialect that
//! they enforce in another. What a server leaves undone is a typed [`Abilities`] of its
//! endpoint. `ask.rs` rewrites the canonical request accordingly, `read.rs` finds the calls
//! in a text, `hold.rs` does it to a stream. All of it is pure and works on our own shape,
//! so it is the same for every dialect. A text that is not exactly a call stays as it is.

mod ask;
mod hold;
mod read;
#[cfg(test)]
mod tests;

use futures::stream::{StreamExt, iter};

use crate::DeltaStream;

pub(crate) use ask::{Expected, rewrite};
pub(crate) use hold::Hold;

/// More bytes than are added in words to what the request says anyway, such as its schema.
pub(crate) const MOST_WORDS: u64 = 512;

/// What a server sees to by itself of what a request may demand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Tool calls.
    pub tool_calls: ToolCalls,
    /// Answers of a demanded shape.
    pub schemas: Schemas,
}

/// How the calls of tools come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToolCalls {
    /// As the server's own tool calls; nothing is looked for in the text.
    #[default]
    Native,
    /// As JSON in the text too. A call that is demanded is asked for as an answer of the
    /// call's shape, and a text that is exactly a call of an offered tool is that call.
    Written,
}

/// What becomes of a demanded shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Schemas {
    /// It is handed to the server, which enforces it.
    #[default]
    Enforced,
    /// The server ignores it, so the model is asked for it in words. Whether the answer
    /// fits is for the caller to check.
    Asked,
}

/// The same answer with its written calls as calls.
pub(crate) fn read_stream(deltas: DeltaStream, expected: Expected) -> DeltaStream {
    let mut hold = Hold::new(expected);
    deltas.flat_map(move |delta| iter(hold.push(delta))).boxed()
}
