//! A whole answer, and what a stream says of it.

use serde::Serialize;

use crate::chat::{Finish, Reply, TokenUsage};
use crate::door::{Failure, Meta, json};

/// The answer as an object.
#[derive(Serialize)]
pub(super) struct Response<'a> {
    id: String,
    object: &'static str,
    created_at: i64,
    status: &'static str,
    background: bool,
    error: Option<Problem<'a>>,
    incomplete_details: Option<Details>,
    instructions: (),
    max_output_tokens: (),
    model: &'a str,
    output: &'a [Item],
    parallel_tool_calls: bool,
    previous_response_id: (),
    reasoning: Reasoning,
    store: bool,
    temperature: (),
    text: Text,
    tool_choice: &'static str,
    tools: [(); 0],
    top_p: (),
    truncation: &'static str,
    usage: Option<Usage>,
    user: (),
    metadata: Empty,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Reasoning {
    effort: (),
    summary: (),
}

#[derive(Serialize)]
struct Text {
    format: Format,
}

#[derive(Serialize)]
struct Format {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Details {
    reason: &'static str,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'a str,
    message: &'a str,
}

/// A part of the answer.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item {
    Reasoning {
        id: String,
        summary: Vec<Summary>,
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        status: &'static str,
    },
    Message {
        id: String,
        status: &'static str,
        role: &'static str,
        content: Vec<Content>,
    },
    FunctionCall {
        id: String,
        call_id: String,
        name: String,
        arguments: String,
        status: &'static str,
    },
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Summary {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub text: String,
}

/// A part of the words of the answer.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content {
    OutputText { text: String, annotations: [(); 0], logprobs: [(); 0] },
    Refusal { refusal: String },
}

#[derive(Serialize)]
struct Usage {
    input_tokens: u64,
    input_tokens_details: InputDetails,
    output_tokens: u64,
    output_tokens_details: OutputDetails,
    total_tokens: u64,
}

#[derive(Serialize)]
struct InputDetails {
    cached_tokens: u64,
}

#[derive(Serialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}

impl From<&TokenUsage> for Usage {
    fn from(usage: &TokenUsage) -> Self {
        Self {
            input_tokens: usage.input,
            input_tokens_details: InputDetails { cached_tokens: usage.cached_input },
            output_tokens: usage.output,
            output_tokens_details: OutputDetails { reasoning_tokens: usage.reasoning },
            total_tokens: usage.input.saturating_add(usage.output),
        }
    }
}

/// How far an answer is.
#[derive(Debug, Clone, Copy)]
pub(super) enum State<'a> {
    Begins,
    Finished(Finish, &'a TokenUsage),
    Failed(&'a Failure),
}

impl<'a> Response<'a> {
    pub fn new(meta: &'a Meta, output: &'a [Item], state: State<'a>) -> Self {
        let (status, reason) = match state {
            State::Begins => ("in_progress", None),
            State::Finished(Finish::Stop | Finish::ToolCalls, _) => ("completed", None),
            State::Finished(Finish::ContentFilter, _) if has_refused(output) => ("completed", None),
            State::Finished(Finish::Length, _) => ("incomplete", Some("max_output_tokens")),
            State::Finished(Finish::ContentFilter, _) => ("incomplete", Some("content_filter")),
            State::Failed(_) => ("failed", None),
        };
        let (usage, error) = match state {
            State::Begins => (None, None),
            State::Finished(_, usage) => (Some(Usage::from(usage)), None),
            State::Failed(failure) => {
                (None, Some(Problem { code: &failure.code, message: &failure.message }))
            }
        };
        Self {
            id: format!("resp_{}", meta.id),
            object: "response",
            created_at: meta.created,
            status,
            background: false,
            error,
            incomplete_details: reason.map(|reason| Details { reason }),
            instructions: (),
            max_output_tokens: (),
            model: &meta.model,
            output,
            parallel_tool_calls: true,
            previous_response_id: (),
            reasoning: Reasoning { effort: (), summary: () },
            store: false,
            temperature: (),
            text: Text { format: Format { kind: "text" } },
            tool_choice: "auto",
            tools: [],
            top_p: (),
            truncation: "disabled",
            usage,
            user: (),
            metadata: Empty {},
        }
    }
}

/// A thought of the answer.
pub(super) fn reasoning(id: String, text: String, seal: Option<String>) -> Item {
    let summary = Summary { kind: "summary_text", text };
    let summary = Some(summary).filter(|summary| !summary.text.is_empty()).into_iter().collect();
    Item::Reasoning { id, summary, encrypted_content: seal, status: "completed" }
}

/// The words of the answer.
pub(super) fn message(id: String, content: Vec<Content>) -> Item {
    Item::Message { id, status: "completed", role: "assistant", content }
}

/// Words as a part.
pub(super) fn words(text: String) -> Content {
    Content::OutputText { text, annotations: [], logprobs: [] }
}

/// Whether the model said that it will not answer: it was done with that. `content_filter` is for
/// what its provider kept back.
pub(super) fn has_refused(output: &[Item]) -> bool {
    output.iter().any(|item| match item {
        Item::Message { content, .. } => {
            content.iter().any(|part| matches!(part, Content::Refusal { .. }))
        }
        Item::Reasoning { .. } | Item::FunctionCall { .. } => false,
    })
}

/// Writes a whole answer.
pub fn encode(reply: &Reply, meta: &Meta) -> Vec<u8> {
    let mut items = Vec::new();
    let id = |prefix: &str, number: usize| format!("{prefix}_{}_{number}", meta.id);
    for thought in &reply.thoughts {
        let (text, seal) = (thought.text.clone(), Some(thought.seal.clone()));
        items.push(reasoning(id("rs", items.len()), text, seal));
    }
    if reply.thoughts.is_empty() && !reply.reasoning.is_empty() {
        items.push(reasoning(id("rs", items.len()), reply.reasoning.clone(), None));
    }
    let mut content = Vec::new();
    let is_refused = !reply.refusal.is_empty();
    if !reply.content.is_empty() || (reply.tool_calls.is_empty() && !is_refused) {
        content.push(words(reply.content.clone()));
    }
    if is_refused {
        content.push(Content::Refusal { refusal: reply.refusal.clone() });
    }
    if !content.is_empty() {
        items.push(message(id("msg", items.len()), content));
    }
    for call in &reply.tool_calls {
        items.push(Item::FunctionCall {
            id: id("fc", items.len()),
            call_id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments_or_none().to_owned(),
            status: "completed",
        });
    }
    json(&Response::new(meta, &items, State::Finished(reply.finish, &reply.usage)))
}
