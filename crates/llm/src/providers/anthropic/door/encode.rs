//! A whole answer, and why there is none.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::chat::{Finish, Reply, Thought, TokenUsage, ToolCall};
use crate::door::{Failure, Kind, Meta, json};
use crate::providers::anthropic::REDACTED_SEAL;

#[derive(Serialize)]
struct Message<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    model: &'a str,
    content: Vec<Block<'a>>,
    stop_reason: &'static str,
    stop_sequence: Option<&'a str>,
    usage: Usage,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text { text: &'a str },
    Thinking { thinking: &'a str, signature: &'a str },
    RedactedThinking { data: &'a str },
    ToolUse { id: &'a str, name: &'a str, input: Input<'a> },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Input<'a> {
    Object(&'a RawValue),
    /// What a model wrote that is no object.
    Unreadable(Unreadable<'a>),
}

#[derive(Serialize)]
struct Unreadable<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    arguments: &'a str,
}

/// What was used, as Anthropic counts it: `input_tokens` had no part in the cache.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the words of the wire")]
pub(super) struct Usage {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    output_tokens: u64,
}

impl From<&TokenUsage> for Usage {
    fn from(usage: &TokenUsage) -> Self {
        let cached = usage.cached_input.saturating_add(usage.cache_write);
        Self {
            input_tokens: usage.input.saturating_sub(cached),
            cache_creation_input_tokens: usage.cache_write,
            cache_read_input_tokens: usage.cached_input,
            output_tokens: usage.output,
        }
    }
}

/// Writes a whole answer.
pub fn encode(reply: &Reply, meta: &Meta) -> Vec<u8> {
    // this dialect tells of a refusal in the reason for the end alone
    let words = reply.words();
    let mut content: Vec<Block<'_>> = reply.thoughts.iter().map(thought).collect();
    if reply.thoughts.is_empty() && !reply.reasoning.is_empty() {
        content.push(Block::Thinking { thinking: &reply.reasoning, signature: "" });
    }
    if !words.is_empty() || reply.tool_calls.is_empty() {
        content.push(Block::Text { text: &words });
    }
    content.extend(reply.tool_calls.iter().map(tool_use));
    let at = reply.stop_sequence.as_deref().filter(|_| reply.finish == Finish::Stop);
    json(&Message {
        id: id(meta),
        kind: "message",
        role: "assistant",
        model: &meta.model,
        content,
        stop_reason: stop_word(reply.finish, at),
        stop_sequence: at,
        usage: Usage::from(&reply.usage),
    })
}

fn thought(thought: &Thought) -> Block<'_> {
    match thought.seal.strip_prefix(REDACTED_SEAL) {
        Some(data) => Block::RedactedThinking { data },
        None => Block::Thinking { thinking: &thought.text, signature: &thought.seal },
    }
}

fn tool_use(call: &ToolCall) -> Block<'_> {
    let is_object = |raw: &&RawValue| raw.get().trim_start().starts_with('{');
    let input = serde_json::from_str::<&RawValue>(&call.arguments).ok().filter(is_object);
    let unreadable = Unreadable { arguments: call.arguments.trim() };
    let input = input.map_or(Input::Unreadable(unreadable), Input::Object);
    Block::ToolUse { id: &call.id, name: &call.name, input }
}

pub(super) fn id(meta: &Meta) -> String {
    format!("msg_{}", meta.id)
}

/// Why the model stopped; `at` is the text of the client's at which it did.
pub(super) const fn stop_word(finish: Finish, at: Option<&str>) -> &'static str {
    match (finish, at) {
        (Finish::Stop, Some(_)) => "stop_sequence",
        (Finish::Stop, None) => "end_turn",
        (Finish::Length, _) => "max_tokens",
        (Finish::ToolCalls, _) => "tool_use",
        (Finish::ContentFilter, _) => "refusal",
    }
}

/// Writes a count of tokens.
pub fn encode_count(tokens: u64) -> Vec<u8> {
    #[derive(Serialize)]
    struct Count {
        input_tokens: u64,
    }
    json(&Count { input_tokens: tokens })
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    error: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    message: std::borrow::Cow<'a, str>,
}

/// Writes why there is no answer. The dialect has no place for the field but the message.
pub fn encode_failure(failure: &Failure) -> Vec<u8> {
    let message = match &failure.field {
        Some(field) => format!("{field}: {}", failure.message).into(),
        None => failure.message.as_str().into(),
    };
    json(&Problem { kind: "error", error: Details { kind: kind_word(failure.kind), message } })
}

/// The HTTP status: this dialect has one of its own for having too much to do.
pub const fn status(kind: Kind) -> u16 {
    match kind {
        Kind::Overloaded => 529,
        Kind::InvalidRequest
        | Kind::Unauthenticated
        | Kind::Forbidden
        | Kind::NotFound
        | Kind::OutOfCredit
        | Kind::TooLarge
        | Kind::RateLimited
        | Kind::Cancelled
        | Kind::Internal
        | Kind::BadGateway
        | Kind::Timeout => kind.status(),
    }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidRequest | Kind::Cancelled => "invalid_request_error",
        Kind::Unauthenticated => "authentication_error",
        Kind::Forbidden => "permission_error",
        Kind::NotFound => "not_found_error",
        Kind::OutOfCredit => "billing_error",
        Kind::TooLarge => "request_too_large",
        Kind::RateLimited => "rate_limit_error",
        Kind::Internal | Kind::BadGateway => "api_error",
        Kind::Overloaded => "overloaded_error",
        Kind::Timeout => "timeout_error",
    }
}
