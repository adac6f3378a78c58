//! One folder per provider dialect, each a pure codec, and the scripted model.
//!
//! A codec writes a canonical request in its dialect and reads the answer, whole or as a
//! stream; `refusal.rs` reads every dialect's refusals. Where outside clients speak a
//! dialect too, its folder `door` has the other side.

mod answer;
pub mod anthropic;
pub mod azure_openai;
pub mod gemini;
pub mod ollama;
pub mod openai;
pub mod openai_responses;
pub mod openrouter;
pub mod refusal;
pub mod scripted;
mod told;

use std::collections::HashMap;
use std::fmt::Write;

use crate::chat::{Part, Request, Role};
use crate::{Error, Result};

/// A body of JSON.
fn json_body(body: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body)
        .map_err(|error| Error::bad_request(format!("it cannot be written as JSON: {error}")))
}

/// A name as one segment of a path.
fn path_segment(name: &str) -> String {
    let mut segment = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            segment.push(char::from(byte));
        } else {
            // writing into a text cannot fail
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    // dots alone would walk through the path
    if segment.chars().all(|letter| letter == '.') { segment.replace('.', "%2E") } else { segment }
}

/// What stands before what a failed tool returned, in dialects that cannot say so otherwise.
pub(crate) const FAILED: &str = "error: ";

/// What a tool returned, for dialects where text is all that can be said of it.
fn returned_text(content: &str, is_error: bool) -> std::borrow::Cow<'_, str> {
    if is_error { format!("{FAILED}{content}").into() } else { content.into() }
}

/// The names of all tools that were called, by the ids of the calls: some dialects want
/// the name where others want the id.
fn called_tools(request: &Request) -> HashMap<&str, &str> {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let calls = parts.filter_map(|part| match part {
        Part::ToolCall(call) => Some((call.id.as_str(), call.name.as_str())),
        Part::Text { .. }
        | Part::Image(_)
        | Part::ToolReturn { .. }
        | Part::Thought(_)
        | Part::CachePoint => None,
    });
    calls.collect()
}

/// The id of a call of this answer for dialects without ids, unlike all before it.
pub(crate) fn own_call_id(request_turn: usize, index: usize) -> String {
    format!("call_{request_turn}_{index}")
}

/// The how-manieth turn of the model this request asks for, from 1.
pub(crate) fn turn(request: &Request) -> usize {
    let is_past = |message: &&crate::chat::Message| message.role == Role::Assistant;
    request.messages.iter().filter(is_past).count() + 1
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn a_name_cannot_leave_its_segment() {
        let check = |name: &str, expected: &str| assert_eq!(path_segment(name), expected);
        check("gemini-2.5-flash", "gemini-2.5-flash");
        check("a/b?c#d e", "a%2Fb%3Fc%23d%20e");
        check("..", "%2E%2E");
        check("é", "%C3%A9");
    }
}
