//! A client's request.

use serde::Deserialize;
use serde_json::Value;

use crate::chat::{
    CacheHints, Image, Message, OutputSchema, Part, Reasoning, Request, Role, Thought, ToolCall,
    ToolSpec,
};
use crate::door::{Asked, FieldError, Lines, path_of, read};
use crate::providers::openai::allows_strict;
use crate::providers::openai::door::{
    Choice, any_object, at_least_one, choose, detail, effort, no_parameters, tier, verbosity,
    within,
};

type Result<T> = std::result::Result<T, FieldError>;

#[derive(Debug, Deserialize)]
struct Body {
    model: String,
    #[serde(default)]
    input: Lines<Item>,
    instructions: Option<String>,
    stream: Option<bool>,
    tools: Option<Vec<Tool>>,
    tool_choice: Option<Choice>,
    parallel_tool_calls: Option<bool>,
    text: Option<Text>,
    max_output_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    reasoning: Option<Wanted>,
    previous_response_id: Option<String>,
    conversation: Option<Value>,
    background: Option<bool>,
    prompt: Option<Value>,
    include: Option<Vec<String>>,
    top_logprobs: Option<u32>,
    prompt_cache_key: Option<String>,
    safety_identifier: Option<String>,
    user: Option<String>,
    service_tier: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(rename = "type")]
    kind: Option<String>,
    role: Option<String>,
    #[serde(default)]
    content: Lines<Piece>,
    id: Option<String>,
    call_id: Option<String>,
    name: Option<String>,
    arguments: Option<String>,
    #[serde(default)]
    output: Lines<Piece>,
    summary: Option<Vec<Piece>>,
    encrypted_content: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Piece {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    refusal: Option<String>,
    image_url: Option<String>,
    detail: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    description: Option<String>,
    parameters: Option<Value>,
    strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Text {
    format: Option<Format>,
    verbosity: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    schema: Option<Value>,
    strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Wanted {
    effort: Option<String>,
    summary: Option<String>,
    generate_summary: Option<String>,
}

const MISSING: &str = "it is missing";

/// Reads a client's request. What is unknown is passed over; what cannot be done is refused.
pub fn decode(body: &[u8]) -> Result<Asked> {
    let body: Body = read(body)?;
    if body.model.is_empty() {
        return Err(FieldError::new("model", "name the model to ask"));
    }
    refuse_what_cannot_be_done(&body)?;
    let mut messages: Vec<Message> = body.instructions.map(Message::system).into_iter().collect();
    match body.input {
        Lines::Nothing => return Err(FieldError::new("input", MISSING)),
        Lines::Text(text) => messages.push(Message::user(text)),
        Lines::Parts(items) if items.is_empty() => {
            return Err(FieldError::new("input", "send at least one item"));
        }
        Lines::Parts(items) => {
            let mut shown = Vec::new();
            for (index, item) in items.into_iter().enumerate() {
                if item.kind.as_deref() != Some("function_call_output") {
                    show(&mut shown, &mut messages);
                }
                push_item(item, &mut messages, &mut shown)
                    .map_err(|error| error.within(&path_of("input", index)))?;
            }
            show(&mut shown, &mut messages);
        }
    }
    let tools =
        body.tools.unwrap_or_default().into_iter().enumerate().map(|(index, tool)| {
            offered(tool).map_err(|error| error.within(&path_of("tools", index)))
        });
    let thinking = body.reasoning.map(thinking).transpose()?.flatten();
    let (format, words) = body.text.map_or((None, None), |text| (text.format, text.verbosity));
    let mut tools = tools.collect::<Result<Vec<_>>>()?;
    let tool_choice = choose(body.tool_choice, &mut tools)?;
    let request = Request {
        model: body.model,
        messages,
        tools,
        tool_choice,
        parallel_tool_calls: body.parallel_tool_calls,
        output_schema: format.map_or(Ok(None), shape)?,
        max_output_tokens: at_least_one("max_output_tokens", body.max_output_tokens)?,
        temperature: within("temperature", body.temperature, 0.0, 2.0)?,
        top_p: within("top_p", body.top_p, 0.0, 1.0)?,
        reasoning: thinking,
        verbosity: words.map(|word| verbosity("text.verbosity", &word)).transpose()?,
        cache: CacheHints { key: body.prompt_cache_key, ..CacheHints::default() },
        user: body.safety_identifier.or(body.user),
        service_tier: body.service_tier.as_deref().map(tier).transpose()?,
        ..Request::default()
    };
    Ok(Asked { request, stream: body.stream.unwrap_or(false), include_usage: true })
}

/// How much to think. Who wants to read thoughts and does not say how many, leaves that to
/// the model.
fn thinking(wanted: Wanted) -> Result<Option<Reasoning>> {
    let is_shown = wanted.summary.is_some() || wanted.generate_summary.is_some();
    match wanted.effort {
        Some(word) => effort("reasoning.effort", &word).map(Some),
        None => Ok(is_shown.then_some(Reasoning::Adaptive)),
    }
}

fn refuse_what_cannot_be_done(body: &Body) -> Result<()> {
    if body.previous_response_id.is_some() {
        let message = "answers are not kept here; send the whole conversation as input";
        return Err(FieldError::new("previous_response_id", message));
    }
    if body.conversation.as_ref().is_some_and(|conversation| !conversation.is_null()) {
        let message = "conversations are not kept here; send the whole one as input";
        return Err(FieldError::new("conversation", message));
    }
    if body.prompt.as_ref().is_some_and(|prompt| !prompt.is_null()) {
        let message = "prompts are not kept here; send its words as instructions and input";
        return Err(FieldError::new("prompt", message));
    }
    let likely = "how likely the words were cannot be told; leave it out";
    if body.top_logprobs.is_some_and(|most| most > 0) {
        return Err(FieldError::new("top_logprobs", likely));
    }
    if body.include.iter().flatten().any(|wanted| wanted == "message.output_text.logprobs") {
        return Err(FieldError::new("include", likely));
    }
    if body.background == Some(true) {
        let message = "nothing is answered in the background here; ask for a stream";
        return Err(FieldError::new("background", message));
    }
    Ok(())
}

/// What tools have shown follows what all of them have said, as the user's: providers want the
/// answers to the calls of one turn together.
fn show(shown: &mut Vec<Part>, messages: &mut Vec<Message>) {
    if !shown.is_empty() {
        messages.push(Message { role: Role::User, content: std::mem::take(shown) });
    }
}

/// Calls and thoughts of one turn of the model are parts of one message here; pictures of tools
/// go to `shown`.
fn push_item(item: Item, messages: &mut Vec<Message>, shown: &mut Vec<Part>) -> Result<()> {
    let missing = |field: &str| FieldError::new(field, MISSING);
    match item.kind.as_deref().unwrap_or("message") {
        "message" => {
            let role = match item.role.as_deref() {
                Some("system" | "developer") => Role::System,
                Some("user") => Role::User,
                Some("assistant") => Role::Assistant,
                Some(other) => {
                    let message =
                        format!("\"{other}\" is unknown; use system, developer, user or assistant");
                    return Err(FieldError::new("role", message));
                }
                None => return Err(missing("role")),
            };
            let content = parts("content", item.content, role)?;
            if role == Role::Assistant {
                for part in content {
                    push_assistant(part, messages);
                }
            } else {
                messages.push(Message { role, content });
            }
        }
        "function_call" => push_assistant(
            Part::ToolCall(ToolCall {
                id: item.call_id.ok_or_else(|| missing("call_id"))?,
                name: item.name.ok_or_else(|| missing("name"))?,
                arguments: item.arguments.unwrap_or_default(),
            }),
            messages,
        ),
        "function_call_output" => {
            let id = item.call_id.ok_or_else(|| missing("call_id"))?;
            let output = parts("output", item.output, Role::User)?;
            let (pictures, texts) =
                output.into_iter().partition::<Vec<_>, _>(|part| matches!(part, Part::Image(_)));
            let texts = Message { role: Role::Tool, content: texts };
            messages.push(Message::tool_return(id, texts.joined_lines()));
            shown.extend(pictures);
        }
        "reasoning" => {
            // an unsealed thought means nothing to any provider
            if let Some(sealed) = item.encrypted_content.filter(|sealed| !sealed.is_empty()) {
                let summary = item.summary.unwrap_or_default();
                let texts: Vec<String> =
                    summary.into_iter().filter_map(|piece| piece.text).collect();
                // from a client that talked to the provider itself before
                let seal = if sealed.contains(':') {
                    sealed
                } else {
                    format!("{}{}:{sealed}", super::super::SEAL, item.id.unwrap_or_default())
                };
                let thought = Thought { text: texts.join("\n\n"), seal };
                push_assistant(Part::Thought(thought), messages);
            }
        }
        other => {
            let message = format!(
                "\"{other}\" cannot be passed on; use message, function_call, function_call_output or reasoning"
            );
            return Err(FieldError::new("type", message));
        }
    }
    Ok(())
}

fn push_assistant(part: Part, messages: &mut Vec<Message>) {
    match messages.last_mut() {
        Some(last) if last.role == Role::Assistant => last.content.push(part),
        _ => messages.push(Message { role: Role::Assistant, content: vec![part] }),
    }
}

fn parts(field: &str, content: Lines<Piece>, role: Role) -> Result<Vec<Part>> {
    let pieces = match content {
        Lines::Nothing => return Err(FieldError::new(field, MISSING)),
        Lines::Text(text) => return Ok(vec![Part::Text { text }]),
        Lines::Parts(pieces) => pieces,
    };
    let parts = pieces.into_iter().enumerate().map(|(index, piece)| {
        part(piece, role).map_err(|error| error.within(&path_of(field, index)))
    });
    parts.collect()
}

fn part(piece: Piece, role: Role) -> Result<Part> {
    let missing = |field: &str| FieldError::new(field, MISSING);
    match piece.kind.as_str() {
        "input_text" | "output_text" | "text" => {
            Ok(Part::Text { text: piece.text.ok_or_else(|| missing("text"))? })
        }
        "refusal" => Ok(Part::Text { text: piece.refusal.ok_or_else(|| missing("refusal"))? }),
        "input_image" if role == Role::User => {
            let url = piece.image_url.ok_or_else(|| missing("image_url"))?;
            let detail = detail(piece.detail.as_deref())?;
            Ok(Part::Image(Image { detail, ..Image::from_url(url) }))
        }
        "input_image" => Err(FieldError::new("type", "only users send images")),
        other => {
            let message = format!("\"{other}\" cannot be passed on; use input_text or input_image");
            Err(FieldError::new("type", message))
        }
    }
}

fn offered(tool: Tool) -> Result<ToolSpec> {
    if tool.kind != "function" {
        let message =
            format!("\"{}\" runs at its provider alone; use tools of your own", tool.kind);
        return Err(FieldError::new("type", message));
    }
    let name = tool.name.filter(|name| !name.is_empty());
    let parameters = tool.parameters.unwrap_or_else(no_parameters);
    // left out it means strict, for every schema that can be
    let strict = tool.strict.or_else(|| allows_strict(&parameters).then_some(true));
    Ok(ToolSpec {
        name: name.ok_or_else(|| FieldError::new("name", "a tool needs a name"))?,
        description: tool.description.unwrap_or_default(),
        parameters,
        strict,
    })
}

fn shape(format: Format) -> Result<Option<OutputSchema>> {
    match (format.kind.as_str(), format.schema) {
        ("text", _) => Ok(None),
        ("json_object", _) => Ok(Some(any_object())),
        ("json_schema", Some(schema)) => {
            let name = format.name.unwrap_or_else(|| "answer".to_owned());
            // left out it means not strict
            let strict = Some(format.strict.unwrap_or(false));
            Ok(Some(OutputSchema { name, schema, strict }))
        }
        ("json_schema", None) => Err(FieldError::new("text.format.schema", MISSING)),
        (other, _) => {
            let message = format!("\"{other}\" is unknown; use text, json_object or json_schema");
            Err(FieldError::new("text.format.type", message))
        }
    }
}
