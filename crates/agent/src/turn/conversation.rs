//! The words of a turn: how it opens, how it is repaired, how tools answer.

use std::collections::BTreeMap;

use llm::chat::{Message, OutputSchema, Request};
use serde_json::Value;

use super::{Pending, State, ToolOutcome, TurnSpec};
use crate::prompt::{DATA_RULE, Rendered, defuse};

/// How much of a bad answer the model is shown again.
const MAX_SHOWN_BYTES: usize = 4 * 1024;

/// The next question to the model.
pub(super) fn request(spec: &TurnSpec, rendered: &Rendered, state: &State) -> Request {
    let mut messages = opening(spec, rendered);
    messages.extend(state.messages.iter().cloned());
    // Several servers refuse a grammar and tools in one request; the schema then stands
    // in the prompt alone, and the answer is validated here either way.
    let enforced = rendered.output_schema.as_ref().filter(|_| spec.tools.is_empty());
    Request {
        model: spec.model.clone().unwrap_or_default(),
        messages,
        tools: spec.tools.clone(),
        output_schema: enforced
            .map(|schema| OutputSchema { name: spec.command.slug.clone(), schema: schema.clone() }),
        max_output_tokens: Some(state.max_output_tokens),
        temperature: spec.temperature(),
        labels: labels(spec, rendered),
        ..Request::default()
    }
}

fn opening(spec: &TurnSpec, rendered: &Rendered) -> Vec<Message> {
    let mut question = rendered.text.clone();
    if let Some(schema) = &rendered.output_schema {
        question.push_str(
            "\n\nAnswer with one JSON value that fits this JSON Schema, and nothing else:\n",
        );
        question.push_str(&defuse(&schema.to_string()));
    }
    let rules = format!("{}\n\n{DATA_RULE}", spec.agent.system_prompt);
    vec![Message::system(rules), Message::user(question)]
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

/// The bad answer and what is wrong with it.
pub(super) fn repair(answer: &str, faults: &[String], has_schema: bool) -> [Message; 2] {
    let shown = match answer.trim() {
        "" => "(nothing)".to_owned(),
        text => clip(text, MAX_SHOWN_BYTES),
    };
    let wish = if has_schema {
        "Write the whole answer again as one JSON value that fits the schema, and nothing else."
    } else {
        "Write the answer again."
    };
    let list = faults.join("\n- ");
    [
        Message::assistant(shown),
        Message::user(format!("That answer cannot be used:\n- {list}\n{wish}")),
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
