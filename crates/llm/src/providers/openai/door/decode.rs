//! A client's request.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::choice::{Choice, choose};
use crate::chat::{
    CacheHints, Detail, Effort, Image, Message, OutputSchema, Part, Reasoning, Request, Role,
    ServiceTier, Thought, ToolCall, ToolSpec, Verbosity,
};
use crate::door::{Asked, FieldError, Lines, path_of, read};
use crate::providers::openai::{SEAL, is_of_turn};

type Result<T> = std::result::Result<T, FieldError>;

#[derive(Debug, Deserialize)]
struct Body {
    model: String,
    messages: Vec<Line>,
    #[serde(default)]
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
    tools: Option<Vec<Tool>>,
    tool_choice: Option<Choice>,
    functions: Option<IgnoredAny>,
    parallel_tool_calls: Option<bool>,
    response_format: Option<ResponseFormat>,
    max_completion_tokens: Option<u32>,
    max_tokens: Option<u32>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    top_k: Option<u32>,
    frequency_penalty: Option<f64>,
    presence_penalty: Option<f64>,
    seed: Option<i64>,
    #[serde(default)]
    stop: Lines<String>,
    reasoning_effort: Option<String>,
    verbosity: Option<String>,
    n: Option<u32>,
    logprobs: Option<bool>,
    logit_bias: Option<serde_json::Map<String, Value>>,
    web_search_options: Option<IgnoredAny>,
    modalities: Option<Vec<String>>,
    prompt_cache_key: Option<String>,
    user: Option<String>,
    safety_identifier: Option<String>,
    service_tier: Option<String>,
}

#[derive(Debug, Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Line {
    role: String,
    #[serde(default)]
    content: Lines<Piece>,
    refusal: Option<String>,
    reasoning_content: Option<String>,
    tool_calls: Option<Vec<Call>>,
    tool_call_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Piece {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    refusal: Option<String>,
    image_url: Option<ImageUrl>,
    cache_control: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct ImageUrl {
    url: String,
    detail: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Call {
    #[serde(default)]
    id: String,
    function: CalledFunction,
}

#[derive(Debug, Deserialize)]
struct CalledFunction {
    name: String,
    #[serde(default)]
    arguments: String,
}

#[derive(Debug, Deserialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: String,
    function: Option<OfferedFunction>,
}

#[derive(Debug, Deserialize)]
struct OfferedFunction {
    name: String,
    description: Option<String>,
    parameters: Option<Value>,
    strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct ResponseFormat {
    #[serde(rename = "type")]
    kind: String,
    json_schema: Option<JsonSchema>,
}

#[derive(Debug, Deserialize)]
struct JsonSchema {
    name: Option<String>,
    schema: Option<Value>,
    strict: Option<bool>,
}

/// Reads a client's request. What is unknown is passed over; what cannot be done is refused.
pub fn decode(body: &[u8]) -> Result<Asked> {
    let body: Body = read(body)?;
    if body.model.is_empty() {
        return Err(FieldError::new("model", "name the model to ask"));
    }
    if body.messages.is_empty() {
        return Err(FieldError::new("messages", "send at least one message"));
    }
    refuse_what_cannot_be_done(&body)?;
    let messages = body.messages.into_iter().enumerate().map(|(index, line)| {
        message(line).map_err(|error| error.within(&path_of("messages", index)))
    });
    let tools =
        body.tools.unwrap_or_default().into_iter().enumerate().map(|(index, tool)| {
            offered(tool).map_err(|error| error.within(&path_of("tools", index)))
        });
    let mut tools = tools.collect::<Result<Vec<_>>>()?;
    let tool_choice = choose(body.tool_choice, &mut tools)?;
    let most_output = match body.max_completion_tokens {
        Some(most) => at_least_one("max_completion_tokens", Some(most))?,
        None => at_least_one("max_tokens", body.max_tokens)?,
    };
    let request = Request {
        messages: without_idle_thoughts(messages.collect::<Result<_>>()?),
        tools,
        tool_choice,
        parallel_tool_calls: body.parallel_tool_calls,
        output_schema: body.response_format.map_or(Ok(None), shape)?,
        max_output_tokens: most_output,
        temperature: within("temperature", body.temperature, 0.0, 2.0)?,
        top_p: within("top_p", body.top_p, 0.0, 1.0)?,
        top_k: body.top_k,
        frequency_penalty: within("frequency_penalty", body.frequency_penalty, -2.0, 2.0)?,
        presence_penalty: within("presence_penalty", body.presence_penalty, -2.0, 2.0)?,
        seed: body.seed,
        stop: match body.stop {
            Lines::Nothing => Vec::new(),
            Lines::Text(text) => vec![text],
            Lines::Parts(texts) => texts,
        },
        reasoning: body
            .reasoning_effort
            .map(|word| effort("reasoning_effort", &word))
            .transpose()?,
        effort: None,
        verbosity: body.verbosity.map(|word| verbosity("verbosity", &word)).transpose()?,
        cache: CacheHints { key: body.prompt_cache_key, ..CacheHints::default() },
        user: body.safety_identifier.or(body.user),
        service_tier: body.service_tier.as_deref().map(tier).transpose()?,
        model: body.model,
        labels: std::collections::BTreeMap::new(),
    };
    Ok(Asked {
        request,
        stream: body.stream.unwrap_or(false),
        include_usage: body.stream_options.and_then(|options| options.include_usage) == Some(true),
    })
}

fn refuse_what_cannot_be_done(body: &Body) -> Result<()> {
    if body.n.is_some_and(|n| n != 1) {
        return Err(FieldError::new("n", "only one choice can be had; send several requests"));
    }
    if body.functions.is_some() {
        return Err(FieldError::new("functions", "functions are called \"tools\" now; use those"));
    }
    if body.logprobs == Some(true) {
        let message = "how likely the words were cannot be told; leave it out or send false";
        return Err(FieldError::new("logprobs", message));
    }
    if body.logit_bias.as_ref().is_some_and(|bias| !bias.is_empty()) {
        let message = "it cannot be passed on, since models count in tokens of their own";
        return Err(FieldError::new("logit_bias", message));
    }
    if body.web_search_options.is_some() {
        let message = "a search runs at its provider alone; use tools of your own";
        return Err(FieldError::new("web_search_options", message));
    }
    let modalities = body.modalities.iter().flatten();
    if modalities.into_iter().any(|modality| modality != "text") {
        return Err(FieldError::new("modalities", "only \"text\" can be had"));
    }
    Ok(())
}

/// A number of this range, both ends included.
pub(in crate::providers) fn within(
    field: &str,
    number: Option<f64>,
    least: f64,
    most: f64,
) -> Result<Option<f64>> {
    match number {
        Some(number) if !(least..=most).contains(&number) => {
            Err(FieldError::new(field, format!("{number} is not between {least} and {most}")))
        }
        number => Ok(number),
    }
}

/// A number of tokens that can be written.
pub(in crate::providers) fn at_least_one(field: &str, most: Option<u32>) -> Result<Option<u32>> {
    match most {
        Some(0) => Err(FieldError::new(field, "it must be at least 1")),
        most => Ok(most),
    }
}

/// How hard to think, by OpenAI's words.
pub(in crate::providers) fn effort(field: &str, word: &str) -> Result<Reasoning> {
    Ok(Reasoning::Effort(match word {
        "none" => return Ok(Reasoning::Off),
        "minimal" => Effort::Minimal,
        "low" => Effort::Low,
        "medium" => Effort::Medium,
        "high" => Effort::High,
        "xhigh" | "max" => Effort::Max,
        other => {
            let message =
                format!("\"{other}\" is unknown; use none, minimal, low, medium, high or xhigh");
            return Err(FieldError::new(field, message));
        }
    }))
}

/// How much to say, by OpenAI's words.
pub(in crate::providers) fn verbosity(field: &str, word: &str) -> Result<Verbosity> {
    match word {
        "low" => Ok(Verbosity::Low),
        "medium" => Ok(Verbosity::Medium),
        "high" => Ok(Verbosity::High),
        other => {
            let message = format!("\"{other}\" is unknown; use low, medium or high");
            Err(FieldError::new(field, message))
        }
    }
}

/// Which capacity, by OpenAI's words. What has a price of its own is refused: our prices and
/// budgets are the standard ones.
pub(in crate::providers) fn tier(word: &str) -> Result<ServiceTier> {
    match word {
        "auto" => Ok(ServiceTier::Auto),
        "default" => Ok(ServiceTier::Standard),
        other => {
            let message = format!("\"{other}\" cannot be had; use auto or default");
            Err(FieldError::new("service_tier", message))
        }
    }
}

/// How closely to look at a picture, by OpenAI's words.
pub(in crate::providers) fn detail(word: Option<&str>) -> Result<Option<Detail>> {
    Ok(Some(match word {
        None => return Ok(None),
        Some("auto") => Detail::Auto,
        Some("low") => Detail::Low,
        Some("high") => Detail::High,
        Some("original") => Detail::Original,
        Some(other) => {
            let message = format!("\"{other}\" is unknown; use auto, low, high or original");
            return Err(FieldError::new("detail", message));
        }
    }))
}

fn message(line: Line) -> Result<Message> {
    let role = match line.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => return tool_return(line),
        other => {
            let message =
                format!("\"{other}\" is unknown; use system, developer, user, assistant or tool");
            return Err(FieldError::new("role", message));
        }
    };
    let mut content = parts(line.content, role)?;
    if role == Role::Assistant {
        content.extend(line.refusal.map(|text| Part::Text { text }));
        let calls = line.tool_calls.unwrap_or_default();
        if let Some(text) = line.reasoning_content {
            content.insert(0, Part::Thought(Thought { text, seal: SEAL.to_owned() }));
        }
        content.extend(calls.into_iter().map(|call| {
            let CalledFunction { name, arguments } = call.function;
            Part::ToolCall(ToolCall { id: call.id, name, arguments })
        }));
    }
    Ok(Message { role, content })
}

/// Thoughts are wanted back by who called tools in the same turn; elsewhere nobody reads them.
fn without_idle_thoughts(mut messages: Vec<Message>) -> Vec<Message> {
    for turn in messages.chunk_by_mut(is_of_turn) {
        let mut parts = turn.iter().flat_map(|message| &message.content);
        if !parts.any(|part| matches!(part, Part::ToolCall(_))) {
            for message in turn {
                message.content.retain(|part| !matches!(part, Part::Thought(_)));
            }
        }
    }
    messages
}

fn parts(content: Lines<Piece>, role: Role) -> Result<Vec<Part>> {
    let pieces = match content {
        Lines::Nothing => return Ok(Vec::new()),
        Lines::Text(text) => return Ok(vec![Part::Text { text }]),
        Lines::Parts(pieces) => pieces,
    };
    let mut parts = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.into_iter().enumerate() {
        let is_cached = piece.cache_control.is_some();
        let part = part(piece, role).map_err(|error| error.within(&path_of("content", index)))?;
        parts.push(part);
        parts.extend(is_cached.then_some(Part::CachePoint));
    }
    Ok(parts)
}

fn part(piece: Piece, role: Role) -> Result<Part> {
    let missing = |field: &str| FieldError::new(field, "it is missing");
    match piece.kind.as_str() {
        "text" => Ok(Part::Text { text: piece.text.ok_or_else(|| missing("text"))? }),
        "refusal" => Ok(Part::Text { text: piece.refusal.ok_or_else(|| missing("refusal"))? }),
        "image_url" if role == Role::User => {
            let image = piece.image_url.ok_or_else(|| missing("image_url"))?;
            let detail = detail(image.detail.as_deref());
            let detail = detail.map_err(|error| error.within("image_url"))?;
            Ok(Part::Image(Image { detail, ..Image::from_url(image.url) }))
        }
        "image_url" => Err(FieldError::new("type", "only users send images")),
        other => {
            let message = format!("\"{other}\" cannot be passed on; use text or image_url");
            Err(FieldError::new("type", message))
        }
    }
}

fn tool_return(line: Line) -> Result<Message> {
    let id = line.tool_call_id.ok_or_else(|| {
        FieldError::new("tool_call_id", "name the call that this message answers")
    })?;
    let content = Message { role: Role::Tool, content: parts(line.content, Role::Tool)? };
    Ok(Message::tool_return(id, content.joined_lines()))
}

fn offered(tool: Tool) -> Result<ToolSpec> {
    if tool.kind != "function" {
        let message = format!("\"{}\" cannot be passed on; use function", tool.kind);
        return Err(FieldError::new("type", message));
    }
    let function = tool.function.ok_or_else(|| FieldError::new("function", "it is missing"))?;
    if function.name.is_empty() {
        return Err(FieldError::new("function.name", "a tool needs a name"));
    }
    Ok(ToolSpec {
        name: function.name,
        description: function.description.unwrap_or_default(),
        parameters: function.parameters.unwrap_or_else(no_parameters),
        strict: function.strict,
    })
}

/// The schema of a tool without parameters.
pub(in crate::providers) fn no_parameters() -> Value {
    serde_json::json!({"type": "object", "properties": {}})
}

fn shape(format: ResponseFormat) -> Result<Option<OutputSchema>> {
    match format.kind.as_str() {
        "text" => Ok(None),
        "json_object" => Ok(Some(any_object())),
        "json_schema" => {
            let missing = || FieldError::new("response_format.json_schema.schema", "it is missing");
            let given = format.json_schema.ok_or_else(missing)?;
            let name = given.name.unwrap_or_else(|| "answer".to_owned());
            // left out it means not strict
            let strict = Some(given.strict.unwrap_or(false));
            Ok(Some(OutputSchema { name, schema: given.schema.ok_or_else(missing)?, strict }))
        }
        other => {
            let message = format!("\"{other}\" is unknown; use text, json_object or json_schema");
            Err(FieldError::new("response_format.type", message))
        }
    }
}

/// The shape of an object of which nothing more is known.
pub(in crate::providers) fn any_object() -> OutputSchema {
    let schema = serde_json::json!({"type": "object"});
    OutputSchema { name: "answer".to_owned(), schema, strict: None }
}
