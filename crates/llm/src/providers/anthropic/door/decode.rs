//! A client's request.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::chat::{
    CacheHints, Effort, Image, Message, OutputSchema, Part, Reasoning, Request, Role, ServiceTier,
    Thought, ToolCall, ToolChoice, ToolSpec,
};
use crate::door::{Asked, FieldError, Lines, path_of, read};
use crate::providers::anthropic::REDACTED_SEAL;
use crate::providers::openai::door::{at_least_one, can_be_chosen, no_parameters, within};

type Result<T> = std::result::Result<T, FieldError>;

#[derive(Debug, Deserialize)]
struct Body {
    model: String,
    messages: Vec<Line>,
    max_tokens: Option<u32>,
    #[serde(default)]
    system: Lines<Block>,
    stream: Option<bool>,
    tools: Option<Vec<Tool>>,
    tool_choice: Option<Choice>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    top_k: Option<u32>,
    stop_sequences: Option<Vec<String>>,
    thinking: Option<Thinking>,
    output_config: Option<OutputConfig>,
    output_format: Option<Format>,
    metadata: Option<Metadata>,
    service_tier: Option<String>,
    mcp_servers: Option<Vec<IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
struct Line {
    role: String,
    #[serde(default)]
    content: Lines<Block>,
}

#[derive(Debug, Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    source: Option<Source>,
    id: Option<String>,
    name: Option<String>,
    input: Option<Box<RawValue>>,
    tool_use_id: Option<String>,
    is_error: Option<bool>,
    #[serde(default)]
    content: Lines<Inner>,
    thinking: Option<String>,
    signature: Option<String>,
    data: Option<String>,
    cache_control: Option<CacheControl>,
}

/// A part of what a tool returned.
#[derive(Debug, Deserialize)]
struct Inner {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    source: Option<Source>,
}

#[derive(Debug, Deserialize)]
struct CacheControl {
    ttl: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Source {
    #[serde(rename = "type")]
    kind: String,
    media_type: Option<String>,
    data: Option<String>,
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: String,
    description: Option<String>,
    input_schema: Option<Value>,
    strict: Option<bool>,
    cache_control: Option<CacheControl>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(rename = "type")]
    kind: String,
    name: Option<String>,
    disable_parallel_tool_use: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Thinking {
    #[serde(rename = "type")]
    kind: String,
    budget_tokens: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct OutputConfig {
    effort: Option<String>,
    format: Option<Format>,
}

#[derive(Debug, Deserialize)]
struct Format {
    #[serde(rename = "type")]
    kind: String,
    schema: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    user_id: Option<String>,
}

/// Reads a client's request. What is unknown is passed over; what cannot be done is refused.
pub fn decode(body: &[u8]) -> Result<Asked> {
    let body: Body = read(body)?;
    let Some(most) = body.max_tokens else {
        return Err(FieldError::new("max_tokens", "say how many tokens may be written at most"));
    };
    let enabled = body.thinking.as_ref().filter(|thinking| thinking.kind == "enabled");
    let budget = enabled.and_then(|thinking| thinking.budget_tokens);
    if most > 0 && budget.is_some_and(|budget| budget >= most) {
        let message = format!("it is a part of max_tokens, so use less than {most}");
        return Err(FieldError::new("thinking.budget_tokens", message));
    }
    asked(body)
}

/// Reads a client's request to count the tokens of what it would send.
pub fn decode_count(body: &[u8]) -> Result<Request> {
    asked(read(body)?).map(|asked| asked.request)
}

fn asked(body: Body) -> Result<Asked> {
    if body.model.is_empty() {
        return Err(FieldError::new("model", "name the model to ask"));
    }
    if body.messages.is_empty() {
        return Err(FieldError::new("messages", "send at least one message"));
    }
    if body.mcp_servers.as_ref().is_some_and(|servers| !servers.is_empty()) {
        let message = "such a server is asked by its provider alone; use tools of your own";
        return Err(FieldError::new("mcp_servers", message));
    }
    at_least_one("max_tokens", body.max_tokens)?;
    let mut cache = CacheHints::default();
    let mut messages = Vec::with_capacity(body.messages.len() + 1);
    let system = system(body.system, &mut cache)?;
    if !system.is_empty() {
        messages.push(Message { role: Role::System, content: system });
    }
    for (index, line) in body.messages.into_iter().enumerate() {
        push_line(line, &mut cache, &mut messages)
            .map_err(|error| error.within(&path_of("messages", index)))?;
    }
    let mut tools = Vec::new();
    for (index, tool) in body.tools.unwrap_or_default().into_iter().enumerate() {
        cache.tools |= tool.cache_control.is_some();
        tools.push(offered(tool).map_err(|error| error.within(&path_of("tools", index)))?);
    }
    let one_at_a_time = body.tool_choice.as_ref().and_then(|c| c.disable_parallel_tool_use);
    let effort = body.output_config.as_ref().and_then(|config| config.effort.clone());
    let format = body.output_config.and_then(|config| config.format).or(body.output_format);
    let tool_choice = body.tool_choice.map_or(Ok(ToolChoice::Auto), chosen)?;
    can_be_chosen("tool_choice.name", &tool_choice, &tools)?;
    let (reasoning, effort) = reasoning(body.thinking, effort.as_deref())?;
    let request = Request {
        model: body.model,
        messages,
        tools,
        tool_choice,
        parallel_tool_calls: one_at_a_time.map(|one| !one),
        output_schema: format.map(shape).transpose()?,
        max_output_tokens: body.max_tokens,
        temperature: within("temperature", body.temperature, 0.0, 1.0)?,
        top_p: within("top_p", body.top_p, 0.0, 1.0)?,
        top_k: body.top_k,
        stop: body.stop_sequences.unwrap_or_default(),
        reasoning,
        effort,
        cache,
        user: body.metadata.and_then(|metadata| metadata.user_id),
        service_tier: body.service_tier.as_deref().map(tier).transpose()?,
        ..Request::default()
    };
    Ok(Asked { request, stream: body.stream.unwrap_or(false), include_usage: true })
}

fn system(content: Lines<Block>, cache: &mut CacheHints) -> Result<Vec<Part>> {
    let blocks = match content {
        Lines::Nothing => return Ok(Vec::new()),
        Lines::Text(text) => return Ok(vec![Part::Text { text }]),
        Lines::Parts(blocks) => blocks,
    };
    let mut parts = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.into_iter().enumerate() {
        let place = path_of("system", index);
        if block.kind != "text" {
            let message = format!("\"{}\" cannot be passed on; use text", block.kind);
            return Err(FieldError::new(format!("{place}.type"), message));
        }
        let text = block.text.ok_or_else(|| FieldError::new(format!("{place}.text"), MISSING))?;
        parts.push(Part::Text { text });
        parts.extend(cache_point(block.cache_control.as_ref(), cache));
    }
    Ok(parts)
}

const MISSING: &str = "it is missing";

fn cache_point(control: Option<&CacheControl>, cache: &mut CacheHints) -> Option<Part> {
    let control = control?;
    cache.long |= control.ttl.as_deref() == Some("1h");
    Some(Part::CachePoint)
}

/// A turn of the user may hold answers of tools, which are turns of their own here.
fn push_line(line: Line, cache: &mut CacheHints, messages: &mut Vec<Message>) -> Result<()> {
    let role = match line.role.as_str() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        other => {
            let message = format!("\"{other}\" is unknown; use user or assistant");
            return Err(FieldError::new("role", message));
        }
    };
    let blocks = match line.content {
        Lines::Nothing => return Err(FieldError::new("content", MISSING)),
        Lines::Text(text) => {
            messages.push(Message::text(role, text));
            return Ok(());
        }
        Lines::Parts(blocks) => blocks,
    };
    let mut returns = Vec::new();
    let mut parts = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.into_iter().enumerate() {
        let control = block.cache_control.as_ref();
        let point = cache_point(control, cache);
        let place = |error: FieldError| error.within(&path_of("content", index));
        if block.kind == "tool_result" && role == Role::User {
            returns.push(tool_return(block, &mut parts).map_err(place)?);
            returns.extend(point);
        } else {
            parts.extend(part(block, role).map_err(place)?);
            parts.extend(point);
        }
    }
    if !returns.is_empty() {
        messages.push(Message { role: Role::Tool, content: returns });
    }
    if !parts.is_empty() {
        messages.push(Message { role, content: parts });
    }
    Ok(())
}

fn part(block: Block, role: Role) -> Result<Option<Part>> {
    let missing = |field: &str| FieldError::new(field, MISSING);
    Ok(Some(match (role, block.kind.as_str()) {
        (_, "text") => Part::Text { text: block.text.ok_or_else(|| missing("text"))? },
        (Role::User, "image") => {
            let source = block.source.ok_or_else(|| missing("source"))?;
            Part::Image(image(source).map_err(|error| error.within("source"))?)
        }
        (Role::Assistant, "tool_use") => Part::ToolCall(ToolCall {
            id: block.id.ok_or_else(|| missing("id"))?,
            name: block.name.ok_or_else(|| missing("name"))?,
            arguments: block.input.map_or_else(|| "{}".to_owned(), |input| input.get().to_owned()),
        }),
        // an unsealed thought is the client's own invention; the provider would refuse it
        (Role::Assistant, "thinking") => {
            let Some(seal) = block.signature.filter(|seal| !seal.is_empty()) else {
                return Ok(None);
            };
            Part::Thought(Thought { text: block.thinking.unwrap_or_default(), seal })
        }
        (Role::Assistant, "redacted_thinking") => {
            let data = block.data.ok_or_else(|| missing("data"))?;
            Part::Thought(Thought { text: String::new(), seal: format!("{REDACTED_SEAL}{data}") })
        }
        (_, other) => {
            let message = format!(
                "\"{other}\" cannot be passed on; use text, image, tool_use, tool_result or thinking"
            );
            return Err(FieldError::new("type", message));
        }
    }))
}

/// What a tool returned; pictures among it follow as the user's.
fn tool_return(block: Block, beside: &mut Vec<Part>) -> Result<Part> {
    let id = block.tool_use_id.ok_or_else(|| FieldError::new("tool_use_id", MISSING))?;
    let is_error = block.is_error.unwrap_or(false);
    let content = match block.content {
        Lines::Nothing => String::new(),
        Lines::Text(text) => text,
        Lines::Parts(inner) => {
            let mut texts = Vec::new();
            for (index, inner) in inner.into_iter().enumerate() {
                let place = path_of("content", index);
                match (inner.kind.as_str(), inner.source) {
                    ("text", _) => texts.push(inner.text.unwrap_or_default()),
                    ("image", Some(source)) => {
                        let image =
                            image(source).map_err(|error| error.within("source").within(&place))?;
                        beside.push(Part::Image(image));
                    }
                    (other, _) => {
                        let message = format!("\"{other}\" cannot be passed on; use text or image");
                        return Err(FieldError::new(format!("{place}.type"), message));
                    }
                }
            }
            texts.join("\n")
        }
    };
    Ok(Part::ToolReturn { id, content, is_error })
}

fn image(source: Source) -> Result<Image> {
    match (source.kind.as_str(), source.url, source.media_type, source.data) {
        ("url", Some(url), _, _) => Ok(Image::url(url)),
        ("base64", _, Some(media_type), Some(data)) => Ok(Image::base64(media_type, data)),
        ("url", None, _, _) => Err(FieldError::new("url", MISSING)),
        ("base64", _, None, _) => Err(FieldError::new("media_type", MISSING)),
        ("base64", _, _, None) => Err(FieldError::new("data", MISSING)),
        (other, _, _, _) => {
            let message = format!("\"{other}\" cannot be passed on; use base64 or url");
            Err(FieldError::new("type", message))
        }
    }
}

fn offered(tool: Tool) -> Result<ToolSpec> {
    if let Some(kind) = tool.kind.filter(|kind| kind != "custom") {
        let message = format!("\"{kind}\" runs at its provider alone; use tools of your own");
        return Err(FieldError::new("type", message));
    }
    if tool.name.is_empty() {
        return Err(FieldError::new("name", "a tool needs a name"));
    }
    Ok(ToolSpec {
        name: tool.name,
        description: tool.description.unwrap_or_default(),
        parameters: tool.input_schema.unwrap_or_else(no_parameters),
        strict: tool.strict,
    })
}

fn chosen(choice: Choice) -> Result<ToolChoice> {
    match (choice.kind.as_str(), choice.name) {
        ("auto", _) => Ok(ToolChoice::Auto),
        ("any", _) => Ok(ToolChoice::Required),
        ("none", _) => Ok(ToolChoice::None),
        ("tool", Some(name)) => Ok(ToolChoice::Tool(name)),
        ("tool", None) => Err(FieldError::new("tool_choice.name", MISSING)),
        (other, _) => {
            let message = format!("\"{other}\" is unknown; use auto, any, none or tool");
            Err(FieldError::new("tool_choice.type", message))
        }
    }
}

/// Which capacity, by Anthropic's words.
fn tier(word: &str) -> Result<ServiceTier> {
    match word {
        "auto" => Ok(ServiceTier::Auto),
        "standard_only" => Ok(ServiceTier::Standard),
        other => {
            let message = format!("\"{other}\" is unknown; use auto or standard_only");
            Err(FieldError::new("service_tier", message))
        }
    }
}

/// How much to think, and how hard to work beside that.
fn reasoning(
    thinking: Option<Thinking>,
    effort: Option<&str>,
) -> Result<(Option<Reasoning>, Option<Effort>)> {
    let effort = effort.map(|word| match word {
        "low" => Ok(Effort::Low),
        "medium" => Ok(Effort::Medium),
        "high" => Ok(Effort::High),
        "max" | "xhigh" => Ok(Effort::Max),
        other => {
            let message = format!("\"{other}\" is unknown; use low, medium, high or max");
            Err(FieldError::new("output_config.effort", message))
        }
    });
    let effort = effort.transpose()?;
    let Some(thinking) = thinking else { return Ok((None, effort)) };
    match (thinking.kind.as_str(), thinking.budget_tokens) {
        ("disabled", _) => Ok((Some(Reasoning::Off), effort)),
        ("adaptive", _) => {
            let reasoning = effort.map_or(Reasoning::Adaptive, Reasoning::Effort);
            Ok((Some(reasoning), None))
        }
        ("enabled", Some(tokens)) => Ok((Some(Reasoning::Budget(tokens)), effort)),
        ("enabled", None) => Err(FieldError::new("thinking.budget_tokens", MISSING)),
        (other, _) => {
            let message = format!("\"{other}\" is unknown; use enabled, adaptive or disabled");
            Err(FieldError::new("thinking.type", message))
        }
    }
}

fn shape(format: Format) -> Result<OutputSchema> {
    match (format.kind.as_str(), format.schema) {
        ("json_schema", Some(schema)) => {
            Ok(OutputSchema { name: "answer".to_owned(), schema, strict: None })
        }
        ("json_schema", None) => Err(FieldError::new("output_config.format.schema", MISSING)),
        (other, _) => {
            let message = format!("\"{other}\" is unknown; use json_schema");
            Err(FieldError::new("output_config.format.type", message))
        }
    }
}
