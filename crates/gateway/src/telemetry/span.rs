//! Spans with the attributes `gen_ai.*`, one for each call.

use agent::port::ModelCall;
use llm::chat::{Finish, Message, Part, Request, Role};
use serde_json::{Value as Json, json};
use tracing::Span;
use tracing::field::Empty;

use super::{Answered, Operation, Told};

/// The span of one call, from its beginning on.
pub(crate) fn span(operation: Operation, provider: &str, model: &str) -> Span {
    let operation = operation.as_str();
    tracing::debug_span!(
        target: "gen_ai",
        "gen_ai.call",
        otel.name = format!("{operation} {model}"),
        gen_ai.operation.name = operation,
        gen_ai.provider.name = provider,
        gen_ai.request.model = model,
        gen_ai.request.max_tokens = Empty,
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.input.messages = Empty,
        gen_ai.output.messages = Empty,
        gen_ai.agent.name = Empty,
        hishamos.execution.id = Empty,
        hishamos.execution.step = Empty,
        hishamos.cost_micros = Empty,
        error.r#type = Empty,
    )
}

/// Notes for which execution a call is made, and by which agent.
pub(crate) fn of_execution(span: &Span, call: &ModelCall) {
    if span.is_disabled() {
        return;
    }
    span.record("gen_ai.agent.name", call.agent.as_str());
    span.record("hishamos.execution.id", call.execution.to_string());
    span.record("hishamos.execution.step", call.step.as_str());
}

/// Notes what was asked for; what was said, only where that is wanted.
pub(crate) fn asked(span: &Span, request: &Request, captures: bool) {
    if span.is_disabled() {
        return;
    }
    if let Some(most) = request.max_output_tokens {
        span.record("gen_ai.request.max_tokens", most);
    }
    if captures {
        let messages: Vec<Json> = request.messages.iter().map(message).collect();
        span.record("gen_ai.input.messages", Json::from(messages).to_string());
    }
}

/// Notes how the call ended.
pub(super) fn ended(span: &Span, told: Told<'_>) {
    if span.is_disabled() {
        return;
    }
    let (provider, model) = told.place;
    match told.outcome {
        Ok(Answered { usage, cost, finish }) => {
            // another one may have stepped in
            span.record("gen_ai.provider.name", provider);
            span.record("gen_ai.response.model", model);
            span.record("gen_ai.usage.input_tokens", usage.input);
            span.record("gen_ai.usage.output_tokens", usage.output);
            span.record("hishamos.cost_micros", cost.0);
            if let Some(finish) = finish {
                span.record("gen_ai.response.finish_reasons", finish_word(finish));
            }
        }
        Err(code) => {
            span.record("error.type", code);
        }
    }
}

/// Notes what the model said.
pub(crate) fn said(span: &Span, text: &str, finish: Finish) {
    let message = json!([{
        "role": "assistant", "parts": [{"type": "text", "content": text}],
        "finish_reason": finish_word(finish),
    }]);
    span.record("gen_ai.output.messages", message.to_string());
}

const fn finish_word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_call",
        Finish::ContentFilter => "content_filter",
    }
}

/// A message in the form of the conventions.
fn message(message: &Message) -> Json {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    let parts: Vec<Json> = message.content.iter().filter_map(part).collect();
    json!({"role": role, "parts": parts})
}

/// Pictures and sealed thoughts are left out: they are large, or nobody can read them.
fn part(part: &Part) -> Option<Json> {
    match part {
        Part::Text { text } => Some(json!({"type": "text", "content": text})),
        Part::ToolCall(call) => Some(json!({
            "type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments,
        })),
        Part::ToolReturn { content, .. } => {
            Some(json!({"type": "tool_call_response", "response": content}))
        }
        Part::Image(_) | Part::Thought(_) | Part::CachePoint => None,
    }
}
