//! What is asked instead of what the server does not see to.

use serde_json::{Map, Value, json};

use super::{Abilities, Schemas, ToolCalls};
use crate::chat::{Message, OutputSchema, Part, Request, Role, ToolChoice, ToolSpec};
use crate::providers::turn;

/// Where a schema keeps what its references point to.
const SHARED: [&str; 2] = ["$defs", "definitions"];

/// What is to be looked for in the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The tools whose calls count.
    pub(super) tools: Vec<String>,
    /// Whether one call is all that may come.
    pub(super) is_one: bool,
    /// Whether the answer is JSON, which a fence around it would spoil.
    pub(super) is_json: bool,
    /// The how-manieth answer of the model it is, for the ids of calls.
    pub(super) turn: usize,
}

/// The request as such a server should get it, and what to look for in its answer; `None`
/// when the server sees to everything that this request demands.
pub(crate) fn rewrite(request: &Request, abilities: Abilities) -> Option<(Request, Expected)> {
    let callable = match abilities.tool_calls {
        ToolCalls::Native => Vec::new(),
        ToolCalls::Written => callable(request),
    };
    let is_asked = abilities.schemas == Schemas::Asked;
    if callable.is_empty() && !(is_asked && request.output_schema.is_some()) {
        return None;
    }
    let must_call = !callable.is_empty() && request.tool_choice != ToolChoice::Auto;
    let expected = Expected {
        tools: callable.iter().map(|tool| tool.name.clone()).collect(),
        is_one: must_call || request.parallel_tool_calls == Some(false),
        is_json: request.output_schema.is_some(),
        turn: turn(request),
    };
    let mut asked = request.clone();
    if must_call {
        // a server that insists on its own marks lets the model write until it finds them
        asked.tool_choice = ToolChoice::Auto;
    }
    if is_asked {
        asked.output_schema = None;
        if let Some(wish) = wish(request, &callable, must_call) {
            push_rule(&mut asked.messages, wish);
        }
    } else if must_call {
        asked.output_schema = Some(shape(&callable, None));
    } else if let Some(output) = &request.output_schema {
        // or else the server would let the model answer and never call
        asked.output_schema = Some(shape(&callable, Some(output)));
    }
    Some((asked, expected))
}

/// The tools that may be called; none where nothing is to be looked for.
fn callable(request: &Request) -> Vec<&ToolSpec> {
    match &request.tool_choice {
        ToolChoice::None => Vec::new(),
        ToolChoice::Auto | ToolChoice::Required => request.tools.iter().collect(),
        ToolChoice::Tool(only) => request.tools.iter().filter(|tool| tool.name == *only).collect(),
    }
}

/// The shape of one call of these tools, or of the answer where that may come instead.
fn shape(tools: &[&ToolSpec], answer: Option<&OutputSchema>) -> OutputSchema {
    let mut shared = Map::new();
    let mut shapes: Vec<Value> = tools.iter().map(|tool| call_shape(tool)).collect();
    if let Some(output) = answer {
        let mut schema = output.schema.clone();
        if let Some(object) = schema.as_object_mut() {
            // references are read from the root, which is no longer here
            for key in SHARED {
                shared.extend(object.shift_remove(key).map(|found| (key.to_owned(), found)));
            }
        }
        shapes.push(schema);
    }
    let mut schema = match <[Value; 1]>::try_from(shapes) {
        Ok([only]) => only,
        Err(shapes) => json!({"anyOf": shapes}),
    };
    if let Some(object) = schema.as_object_mut() {
        object.extend(shared);
    }
    let name = answer.map_or_else(|| "tool_call".to_owned(), |output| output.name.clone());
    OutputSchema { name, schema, strict: None }
}

fn call_shape(tool: &ToolSpec) -> Value {
    let is_plain = tool.parameters.get("type") == Some(&json!("object"))
        && SHARED.iter().all(|key| tool.parameters.get(key).is_none());
    let arguments = if is_plain { tool.parameters.clone() } else { json!({"type": "object"}) };
    json!({
        "type": "object",
        "properties": {"name": {"const": tool.name}, "arguments": arguments},
        "required": ["name", "arguments"],
        "additionalProperties": false,
    })
}

/// What is demanded, in words.
fn wish(request: &Request, tools: &[&ToolSpec], must_call: bool) -> Option<String> {
    let call = "{\"name\": <tool>, \"arguments\": <object>}";
    if must_call {
        let which = match tools {
            [only] => format!("the tool \"{}\"", only.name),
            _ => "one tool".to_owned(),
        };
        return Some(format!("Call {which}: answer with {call} and nothing else."));
    }
    let schema = &request.output_schema.as_ref()?.schema;
    let can_call = request.tool_choice != ToolChoice::None && !request.tools.is_empty();
    let unless = match (tools.is_empty(), can_call) {
        (false, _) => format!("Call a tool with {call} and nothing else. When you need no tool: "),
        (true, true) => "When you need no tool: ".to_owned(),
        (true, false) => String::new(),
    };
    Some(format!(
        "{unless}Answer with one JSON value that fits this JSON Schema, and nothing else:\n{schema}"
    ))
}

/// Adds to the rules that the model works under.
fn push_rule(messages: &mut Vec<Message>, rule: String) {
    match messages.first_mut() {
        Some(first) if first.role == Role::System => {
            first.content.push(Part::Text { text: format!("\n\n{rule}") });
        }
        _ => messages.insert(0, Message::system(rule)),
    }
}
