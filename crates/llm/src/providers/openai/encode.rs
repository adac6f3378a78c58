//! The body of a request.

use serde_json::{Map, Value, json};

use crate::chat::{Image, Message, OutputSchema, Part, Request, Role, ToolChoice, ToolSpec};
use crate::{Error, Result};

/// Who listens, where writing has to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI itself and Azure, whose newer models refuse `max_tokens`.
    OpenAi,
    /// Everyone else, many of whom know nothing but `max_tokens`.
    Compatible,
}

impl Dialect {
    /// The dialect spoken at this address.
    pub fn of(base_url: &str) -> Self {
        let host = base_url.split("://").nth(1).unwrap_or(base_url);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        if host == "api.openai.com" || host.ends_with(".openai.azure.com") {
            Self::OpenAi
        } else {
            Self::Compatible
        }
    }
}

/// The body that asks for a streamed answer. Labels are ours and stay here.
pub fn encode(request: &Request, dialect: Dialect) -> Result<Vec<u8>> {
    Ok(body(request, dialect)?.to_string().into_bytes())
}

pub(super) fn body(request: &Request, dialect: Dialect) -> Result<Value> {
    let mut messages = Vec::new();
    for message in &request.messages {
        push_message(message, &mut messages)?;
    }
    let mut body = Map::new();
    let mut set = |key: &str, value: Value| body.insert(key.to_owned(), value);
    set("model", json!(request.model));
    set("messages", Value::Array(messages));
    set("stream", json!(true));
    set("stream_options", json!({"include_usage": true}));
    if !request.tools.is_empty() {
        set("tools", request.tools.iter().map(tool).collect());
        set("tool_choice", tool_choice(&request.tool_choice));
    }
    if let Some(output) = &request.output_schema {
        set("response_format", response_format(output));
    }
    if let Some(tokens) = request.max_output_tokens {
        let key = match dialect {
            Dialect::OpenAi => "max_completion_tokens",
            Dialect::Compatible => "max_tokens",
        };
        set(key, json!(tokens));
    }
    if let Some(temperature) = request.temperature {
        set("temperature", json!(temperature));
    }
    if let Some(penalty) = request.frequency_penalty {
        set("frequency_penalty", json!(penalty));
    }
    if let Some(penalty) = request.presence_penalty {
        set("presence_penalty", json!(penalty));
    }
    if let Some(seed) = request.seed {
        set("seed", json!(seed));
    }
    if !request.stop.is_empty() {
        set("stop", json!(request.stop));
    }
    Ok(Value::Object(body))
}

fn push_message(message: &Message, messages: &mut Vec<Value>) -> Result<()> {
    match message.role {
        Role::System => messages.push(json!({"role": "system", "content": only_text(message)?})),
        Role::User => messages.push(json!({"role": "user", "content": user_content(message)?})),
        Role::Assistant => messages.push(assistant(message)?),
        Role::Tool => {
            for part in &message.content {
                let Part::ToolReturn { id, content } = part else {
                    return Err(misplaced(message.role, part));
                };
                messages.push(json!({"role": "tool", "tool_call_id": id, "content": content}));
            }
        }
    }
    Ok(())
}

fn only_text(message: &Message) -> Result<String> {
    match message.content.iter().find(|part| !matches!(part, Part::Text { .. })) {
        Some(part) => Err(misplaced(message.role, part)),
        None => Ok(message.joined_text()),
    }
}

/// A plain string where it will do, because some servers read nothing else.
fn user_content(message: &Message) -> Result<Value> {
    if let Ok(text) = only_text(message) {
        return Ok(Value::String(text));
    }
    let parts = message.content.iter().map(|part| match part {
        Part::Text { text } => Ok(json!({"type": "text", "text": text})),
        Part::Image(image) => {
            Ok(json!({"type": "image_url", "image_url": {"url": image_url(image)}}))
        }
        Part::ToolCall(_) | Part::ToolReturn { .. } => Err(misplaced(message.role, part)),
    });
    parts.collect()
}

fn image_url(image: &Image) -> String {
    match image {
        Image::Url { url } => url.clone(),
        Image::Base64 { media_type, data } => format!("data:{media_type};base64,{data}"),
    }
}

fn assistant(message: &Message) -> Result<Value> {
    let mut calls = Vec::new();
    for part in &message.content {
        match part {
            Part::Text { .. } => {}
            Part::ToolCall(call) => calls.push(json!({
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            })),
            Part::Image(_) | Part::ToolReturn { .. } => return Err(misplaced(message.role, part)),
        }
    }
    let text = message.joined_text();
    if calls.is_empty() {
        return Ok(json!({"role": "assistant", "content": text}));
    }
    let content = if text.is_empty() { Value::Null } else { Value::String(text) };
    Ok(json!({"role": "assistant", "content": content, "tool_calls": calls}))
}

fn misplaced(role: Role, part: &Part) -> Error {
    let role = match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    let part = match part {
        Part::Text { .. } => "text",
        Part::Image(_) => "an image",
        Part::ToolCall(_) => "a tool call",
        Part::ToolReturn { .. } => "a tool return",
    };
    Error::bad_request(format!("a message of role \"{role}\" cannot hold {part}"))
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    })
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => json!("auto"),
        ToolChoice::None => json!("none"),
        ToolChoice::Required => json!("required"),
        ToolChoice::Tool(name) => json!({"type": "function", "function": {"name": name}}),
    }
}

fn response_format(output: &OutputSchema) -> Value {
    json!({
        "type": "json_schema",
        "json_schema": {
            "name": schema_name(&output.name),
            "strict": allows_strict(&output.schema),
            "schema": output.schema,
        },
    })
}

/// At most 64 letters, digits, `_` and `-`, as OpenAI demands.
fn schema_name(name: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let name: String =
        name.chars().take(64).map(|letter| if allowed(letter) { letter } else { '_' }).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

/// Whether strict mode accepts the schema: every object closed, every property required.
/// OpenAI refuses the whole request otherwise, so a looser schema is sent as not strict.
fn allows_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => is_closed(object) && object.values().all(allows_strict),
        Value::Array(items) => items.iter().all(allows_strict),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn is_closed(schema: &Map<String, Value>) -> bool {
    if schema.get("type") != Some(&json!("object")) {
        return true;
    }
    let required = |name: &String| {
        let names = schema.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|required| required == name))
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    schema.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.is_none_or(|properties| properties.keys().all(required))
}
