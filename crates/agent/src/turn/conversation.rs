//! The words of a turn: how it opens, how it is repaired, how tools answer.

use std::collections::BTreeMap;

use llm::chat::{Message, OutputSchema, Request};
use serde_json::Value;

use super::{Pending, State, ToolOutcome, TurnSpec};
use crate::prompt::{DATA_FENCE, DATA_RULE, Rendered, defuse};

/// How much of a bad answer the model is shown again.
const MAX_SHOWN_BYTES: usize = 4 * 1024;

/// The next question to the model.
pub(super) fn request(spec: &TurnSpec, rendered: &Rendered, state: &State) -> Request {
    let mut messages = opening(spec, rendered).to_vec();
    messages.extend(state.messages.iter().cloned());
    // Several servers refuse a grammar and tools in one request; the schema then stands
    // in the prompt alone, and the answer is validated here either way.
    let enforced = rendered.output_schema.as_ref().filter(|_| spec.tools.is_empty());
    Request {
        model: spec.model.clone().unwrap_or_default(),
        messages,
        tools: spec.tools.clone(),
        output_schema: enforced.map(|schema| OutputSchema {
            name: spec.command.slug.clone(),
            schema: schema.clone(),
            strict: None,
        }),
        max_output_tokens: Some(state.max_output_tokens),
        temperature: spec.temperature(),
        frequency_penalty: spec.command.frequency_penalty,
        presence_penalty: spec.command.presence_penalty,
        labels: labels(spec, rendered),
        ..Request::default()
    }
}

/// The opening keeps to the author's words where it can: small models are thrown off by
/// every further sentence. The data rule comes in when there is outside text that could
/// be mistaken for instructions: a fence, or tools. The schema comes in when the request
/// does not enforce it, and in the repair round.
fn opening(spec: &TurnSpec, rendered: &Rendered) -> [Message; 2] {
    let mut rules = spec.agent.system_prompt.clone();
    if rendered.text.contains(DATA_FENCE) || !spec.tools.is_empty() {
        rules = format!("{rules}\n\n{DATA_RULE}");
    }
    let mut question = rendered.text.clone();
    if let Some(schema) = rendered.output_schema.as_ref().filter(|_| !spec.tools.is_empty()) {
        question = format!("{question}\n\n{}", schema_wish(schema));
    }
    [Message::system(rules), Message::user(question)]
}

fn schema_wish(schema: &Value) -> String {
    let schema = defuse(&schema.to_string());
    format!("Answer with one JSON value that fits this JSON Schema, and nothing else:\n{schema}")
}

/// `agent`, `command` and one `param:<name>` for each parameter.
fn labels(spec: &TurnSpec, rendered: &Rendered) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        ("agent".to_owned(), spec.agent.slug.clone()),
        ("command".to_owned(), spec.command.slug.clone()),
    ]);
    for (name, value) in &rendered.params {
        labels.insert(format!("param:{name}"), as_text(value));
    }
    labels
}

/// The bad answer, what is wrong with it, and the schema it must fit.
pub(super) fn repair(answer: &str, faults: &[String], schema: Option<&Value>) -> [Message; 2] {
    let shown = match answer.trim() {
        "" => "(nothing)".to_owned(),
        text => clip(text, MAX_SHOWN_BYTES),
    };
    let list = faults.join("\n- ");
    let wish = schema.map_or_else(|| "Write the whole answer again.".to_owned(), schema_wish);
    [
        Message::assistant(shown),
        Message::user(format!("That answer cannot be used:\n- {list}\n\n{wish}")),
    ]
}

/// What a tool brought back, as the model reads it.
pub(super) fn tool_return(pending: &Pending, max_bytes: usize) -> Message {
    let text = match &pending.outcome {
        Some(ToolOutcome::Returned { output }) => defuse(&as_text(output)),
        Some(ToolOutcome::Failed { message }) => format!("error: {}", defuse(message)),
        Some(ToolOutcome::Denied { reason }) => format!("denied: {}", defuse(reason)),
        None => "error: there is no result".to_owned(),
    };
    Message::tool_return(&pending.call.id, clip(&text, max_bytes))
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The first bytes of a text, with a note about the rest.
pub(super) fn clip(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max_bytes);
    format!("{}… [{} more bytes]", &text[..end], text.len() - end)
}
