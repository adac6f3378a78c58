//! A whole answer, and why there is none.

use serde::Serialize;

use crate::chat::{Finish, Reply, TokenUsage};
use crate::door::{Failure, Kind, Meta, json};

#[derive(Serialize)]
struct Completion<'a> {
    id: String,
    object: &'static str,
    created: i64,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: Usage,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Message<'a>,
    logprobs: (),
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Option<&'a str>,
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    reasoning_content: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
}

#[derive(Serialize)]
struct Call<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: &'a str,
}

/// What was used, as OpenAI counts it.
#[derive(Debug, Serialize)]
pub(super) struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: PromptDetails,
    completion_tokens_details: CompletionDetails,
}

#[derive(Debug, Serialize)]
struct PromptDetails {
    cached_tokens: u64,
    audio_tokens: u64,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the words of the wire")]
struct CompletionDetails {
    reasoning_tokens: u64,
    audio_tokens: u64,
    accepted_prediction_tokens: u64,
    rejected_prediction_tokens: u64,
}

impl From<&TokenUsage> for Usage {
    fn from(usage: &TokenUsage) -> Self {
        Self {
            prompt_tokens: usage.input,
            completion_tokens: usage.output,
            total_tokens: usage.input.saturating_add(usage.output),
            prompt_tokens_details: PromptDetails {
                cached_tokens: usage.cached_input,
                audio_tokens: 0,
            },
            completion_tokens_details: CompletionDetails {
                reasoning_tokens: usage.reasoning,
                audio_tokens: 0,
                accepted_prediction_tokens: 0,
                rejected_prediction_tokens: 0,
            },
        }
    }
}

/// Writes a whole answer.
pub fn encode(reply: &Reply, meta: &Meta) -> Vec<u8> {
    let calls = reply.tool_calls.iter().map(|call| Call {
        id: &call.id,
        kind: "function",
        function: Function { name: &call.name, arguments: call.arguments_or_none() },
    });
    let refusal = Some(reply.refusal.as_str()).filter(|words| !words.is_empty());
    let is_silent = reply.content.is_empty() && (refusal.is_some() || !reply.tool_calls.is_empty());
    json(&Completion {
        id: id(meta),
        object: "chat.completion",
        created: meta.created,
        model: &meta.model,
        choices: [Choice {
            index: 0,
            message: Message {
                role: "assistant",
                content: (!is_silent).then_some(reply.content.as_str()),
                refusal,
                reasoning_content: &reply.reasoning,
                tool_calls: calls.collect(),
            },
            logprobs: (),
            finish_reason: finish_word(reply.finish, refusal.is_some()),
        }],
        usage: Usage::from(&reply.usage),
    })
}

pub(super) fn id(meta: &Meta) -> String {
    format!("chatcmpl-{}", meta.id)
}

/// Why the model stopped. One that has said itself that it will not answer was done with that;
/// `content_filter` is for what its provider kept back, and clients raise it as an error.
pub(super) const fn finish_word(finish: Finish, has_refused: bool) -> &'static str {
    match (finish, has_refused) {
        (Finish::Stop, _) | (Finish::ContentFilter, true) => "stop",
        (Finish::Length, _) => "length",
        (Finish::ToolCalls, _) => "tool_calls",
        (Finish::ContentFilter, false) => "content_filter",
    }
}

#[derive(Serialize)]
struct Problem<'a> {
    error: Details<'a>,
}

/// An error, as all of OpenAI's addresses describe it.
#[derive(Debug, Serialize)]
pub(in crate::providers) struct Details<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    param: Option<&'a str>,
    code: &'a str,
}

impl<'a> From<&'a Failure> for Details<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self {
            message: &failure.message,
            kind: kind_word(failure.kind),
            param: failure.field.as_deref(),
            code: &failure.code,
        }
    }
}

/// Writes why there is no answer.
pub fn encode_failure(failure: &Failure) -> Vec<u8> {
    json(&Problem { error: failure.into() })
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidRequest | Kind::NotFound | Kind::TooLarge => "invalid_request_error",
        Kind::Unauthenticated => "authentication_error",
        Kind::Forbidden => "permission_error",
        Kind::OutOfCredit => "insufficient_quota",
        Kind::RateLimited => "rate_limit_error",
        Kind::Cancelled => "request_cancelled",
        Kind::Internal | Kind::BadGateway | Kind::Overloaded => "server_error",
        Kind::Timeout => "timeout_error",
    }
}
