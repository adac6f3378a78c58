//! The body of a request.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::wire_out::{
    Body, CacheControl, Call, CalledFunction, Choice, Content, ImageUrl, Included, JsonSchema,
    Line, Named, OfferedFunction, Piece, ResponseFormat, RouterReasoning, StreamOptions, Tool,
};
use super::{SEAL, is_of_turn};
use crate::chat::{
    Detail, Effort, Message, OutputSchema, Part, Reasoning, Request, Role, ServiceTier, ToolChoice,
    ToolSpec, Verbosity,
};
use crate::providers::{json_body, returned_text};
use crate::{Error, Result};

/// Who listens, where writing has to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI itself and Azure, whose newer models refuse `max_tokens`.
    OpenAi,
    /// OpenRouter, which states the cost and passes cache points on.
    OpenRouter,
    /// DeepSeek and Moonshot, who refuse a turn in which a thinking model called tools without
    /// what it thought in it.
    Recalling,
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
        } else if host == "openrouter.ai" || host.ends_with(".openrouter.ai") {
            Self::OpenRouter
        } else if RECALLING.contains(&host) {
            Self::Recalling
        } else {
            Self::Compatible
        }
    }
}

/// Where thoughts are wanted back: DeepSeek, Moonshot and Moonshot's plan for coding.
const RECALLING: [&str; 4] =
    ["api.deepseek.com", "api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"];

/// The body that asks for an answer, streamed or in one piece. Labels are ours and stay here.
pub fn encode(request: &Request, dialect: Dialect, stream: bool) -> Result<Vec<u8>> {
    let mut messages = Vec::with_capacity(request.messages.len());
    for turn in request.messages.chunk_by(is_of_turn) {
        let is_recalled = dialect == Dialect::Recalling && is_recalled(turn);
        for message in turn {
            push_message(message, dialect, is_recalled, &mut messages)?;
        }
    }
    let is_openai = dialect == Dialect::OpenAi;
    let is_router = dialect == Dialect::OpenRouter;
    let has_tools = !request.tools.is_empty();
    let reasoning = request.thinking();
    json_body(&Body {
        model: &request.model,
        messages,
        stream,
        stream_options: stream.then_some(StreamOptions { include_usage: true }),
        tools: request.tools.iter().map(tool).collect(),
        tool_choice: has_tools.then(|| tool_choice(&request.tool_choice)),
        parallel_tool_calls: request.parallel_tool_calls.filter(|_| has_tools),
        response_format: request
            .output_schema
            .as_ref()
            .map(|output| response_format(request, output)),
        max_completion_tokens: request.max_output_tokens.filter(|_| is_openai),
        max_tokens: request.max_output_tokens.filter(|_| !is_openai),
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k.filter(|_| !is_openai),
        frequency_penalty: request.frequency_penalty,
        presence_penalty: request.presence_penalty,
        seed: request.seed,
        stop: &request.stop,
        reasoning_effort: reasoning.filter(|_| !is_router).and_then(effort_word),
        verbosity: request.verbosity.filter(|_| is_openai || is_router).map(verbosity_word),
        reasoning: reasoning.filter(|_| is_router).map(router_reasoning),
        usage: is_router.then_some(Included { include: true }),
        prompt_cache_key: request.cache.key.as_deref().filter(|_| is_openai),
        user: request.user.as_deref(),
        // others have tiers of other names
        service_tier: request.service_tier.filter(|_| is_openai).map(tier_word),
    })
}

/// The word for how hard to think; none lets the provider decide.
pub(in crate::providers) fn effort_word(reasoning: Reasoning) -> Option<&'static str> {
    match (reasoning, reasoning.effort()) {
        (Reasoning::Off, _) => Some("none"),
        (_, None) => None,
        (_, Some(Effort::Minimal)) => Some("minimal"),
        (_, Some(Effort::Low)) => Some("low"),
        (_, Some(Effort::Medium)) => Some("medium"),
        (_, Some(Effort::High)) => Some("high"),
        (_, Some(Effort::Max)) => Some("xhigh"),
    }
}

/// The word for how much to say.
pub(in crate::providers) const fn verbosity_word(verbosity: Verbosity) -> &'static str {
    match verbosity {
        Verbosity::Low => "low",
        Verbosity::Medium => "medium",
        Verbosity::High => "high",
    }
}

/// The word for a capacity.
pub(in crate::providers) const fn tier_word(tier: ServiceTier) -> &'static str {
    match tier {
        ServiceTier::Auto => "auto",
        ServiceTier::Standard => "default",
    }
}

/// The word for how closely to look at a picture.
const fn detail_word(detail: Detail) -> &'static str {
    match detail {
        Detail::Auto => "auto",
        Detail::Low => "low",
        // the most that chats have a word for
        Detail::High | Detail::Original => "high",
    }
}

fn router_reasoning(reasoning: Reasoning) -> RouterReasoning {
    let nothing = RouterReasoning::default();
    match reasoning {
        Reasoning::Off => RouterReasoning { enabled: Some(false), ..nothing },
        Reasoning::Adaptive => RouterReasoning { enabled: Some(true), ..nothing },
        Reasoning::Effort(_) => RouterReasoning { effort: effort_word(reasoning), ..nothing },
        Reasoning::Budget(tokens) => RouterReasoning { max_tokens: Some(tokens), ..nothing },
    }
}

/// Whether a turn goes back with its thoughts: if the model thought and called tools in it. Without
/// tools nobody wants them, and the first thinking models of DeepSeek, which had none, refuse them.
fn is_recalled(turn: &[Message]) -> bool {
    let has = |test: fn(&Part) -> bool| turn.iter().flat_map(|message| &message.content).any(test);
    has(|part| matches!(part, Part::ToolCall(_)))
        && has(|part| matches!(part, Part::Thought(thought) if thought.seal == SEAL))
}

fn push_message<'a>(
    message: &'a Message,
    dialect: Dialect,
    is_recalled: bool,
    messages: &mut Vec<Line<'a>>,
) -> Result<()> {
    let line = |role, content| Line {
        role,
        tool_call_id: None,
        reasoning_content: None,
        content: Some(content),
        tool_calls: Vec::new(),
    };
    match message.role {
        Role::System => messages.push(line("system", content(message, dialect)?)),
        Role::User => messages.push(line("user", content(message, dialect)?)),
        Role::Assistant => messages.push(assistant(message, is_recalled)?),
        Role::Tool => {
            for part in &message.content {
                match part {
                    Part::ToolReturn { id, content, is_error } => messages.push(Line {
                        tool_call_id: Some(id),
                        ..line("tool", Content::Text(returned_text(content, *is_error)))
                    }),
                    Part::CachePoint => {}
                    Part::Text { .. } | Part::Image(_) | Part::ToolCall(_) | Part::Thought(_) => {
                        return Err(misplaced(message.role, part));
                    }
                }
            }
        }
    }
    Ok(())
}

/// The words of a message, without a copy where they are one part. What the model said is one
/// text in pieces; what it is told are texts side by side.
pub(in crate::providers) fn words(message: &Message) -> Cow<'_, str> {
    match (message.content.as_slice(), message.role) {
        ([Part::Text { text }], _) => Cow::Borrowed(text),
        (_, Role::Assistant) => Cow::Owned(message.joined_text()),
        (_, Role::System | Role::User | Role::Tool) => Cow::Owned(message.joined_lines()),
    }
}

fn content(message: &Message, dialect: Dialect) -> Result<Content<'_>> {
    let mut has_image = false;
    let mut has_cache_point = false;
    for part in &message.content {
        match part {
            Part::Text { .. } => {}
            Part::Image(_) if message.role == Role::User => has_image = true,
            Part::CachePoint => has_cache_point = dialect == Dialect::OpenRouter,
            Part::Image(_) | Part::ToolCall(_) | Part::ToolReturn { .. } | Part::Thought(_) => {
                return Err(misplaced(message.role, part));
            }
        }
    }
    if !has_image && !has_cache_point {
        return Ok(Content::Text(words(message)));
    }
    let mut pieces = Vec::new();
    for part in &message.content {
        match part {
            Part::Text { text } => pieces.push(Piece::Text { text, cache_control: None }),
            Part::Image(image) => {
                let detail = image.detail.map(detail_word);
                pieces
                    .push(Piece::ImageUrl { image_url: ImageUrl { url: image.to_url(), detail } });
            }
            Part::CachePoint => {
                if let Some(Piece::Text { cache_control, .. }) = pieces.last_mut()
                    && has_cache_point
                {
                    *cache_control = Some(CacheControl { kind: "ephemeral" });
                }
            }
            Part::ToolCall(_) | Part::ToolReturn { .. } | Part::Thought(_) => {}
        }
    }
    Ok(Content::Parts(pieces))
}

fn assistant(message: &Message, is_recalled: bool) -> Result<Line<'_>> {
    let mut calls = Vec::new();
    let mut thoughts = Vec::new();
    for part in &message.content {
        match part {
            Part::Thought(thought) if thought.seal == SEAL => thoughts.push(thought.text.as_str()),
            // other providers' thoughts are sealed, and this dialect has no place for them
            Part::Text { .. } | Part::Thought(_) | Part::CachePoint => {}
            Part::ToolCall(call) => calls.push(Call {
                id: &call.id,
                kind: "function",
                function: CalledFunction { name: &call.name, arguments: call.arguments_or_none() },
            }),
            Part::Image(_) | Part::ToolReturn { .. } => return Err(misplaced(message.role, part)),
        }
    }
    // a message without thoughts, too, has to say so between the others of such a turn
    let reasoning_content = is_recalled.then(|| match thoughts.as_slice() {
        [thought] => Cow::Borrowed(*thought),
        thoughts => Cow::Owned(thoughts.concat()),
    });
    let text = words(message);
    let content = (calls.is_empty() || !text.is_empty()).then_some(Content::Text(text));
    Ok(Line {
        role: "assistant",
        tool_call_id: None,
        reasoning_content,
        content,
        tool_calls: calls,
    })
}

/// A part that a message of this role cannot have.
pub(in crate::providers) fn misplaced(role: Role, part: &Part) -> Error {
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
        Part::Thought(_) => "a thought",
        Part::CachePoint => "a cache point",
    };
    Error::bad_request(format!("a message of role \"{role}\" cannot hold {part}"))
}

fn tool(tool: &ToolSpec) -> Tool<'_> {
    Tool {
        kind: "function",
        function: OfferedFunction {
            name: &tool.name,
            description: &tool.description,
            parameters: &tool.parameters,
            strict: tool.strict,
        },
    }
}

fn tool_choice(choice: &ToolChoice) -> Choice<'_> {
    match choice {
        ToolChoice::Auto => Choice::Word("auto"),
        ToolChoice::None => Choice::Word("none"),
        ToolChoice::Required => Choice::Word("required"),
        ToolChoice::Tool(name) => Choice::Tool { kind: "function", function: Named { name } },
    }
}

fn response_format<'a>(request: &Request, output: &'a OutputSchema) -> ResponseFormat<'a> {
    if asks_any_object(request) {
        return ResponseFormat { kind: "json_object", json_schema: None };
    }
    let json_schema = JsonSchema {
        name: schema_name(&output.name),
        strict: is_strict(output),
        schema: &output.schema,
    };
    ResponseFormat { kind: "json_schema", json_schema: Some(json_schema) }
}

/// Whether the answer is held to the schema: as the caller says, or else where that can be.
pub(in crate::providers) fn is_strict(output: &OutputSchema) -> bool {
    output.strict.unwrap_or_else(|| allows_strict(&output.schema))
}

/// Whether any object will do, which models and servers without schemas can be asked for too.
/// They refuse it where no message speaks of JSON; there it stays a schema.
pub(in crate::providers) fn asks_any_object(request: &Request) -> bool {
    let any = |output: &OutputSchema| output.schema == json!({"type": "object"});
    let speaks = |part: &Part| match part {
        Part::Text { text } => {
            text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"json"))
        }
        Part::Image(_)
        | Part::ToolCall(_)
        | Part::ToolReturn { .. }
        | Part::Thought(_)
        | Part::CachePoint => false,
    };
    request.output_schema.as_ref().is_some_and(any)
        && request.messages.iter().flat_map(|message| &message.content).any(speaks)
}

/// At most 64 letters, digits, `_` and `-`, as OpenAI demands.
pub(in crate::providers) fn schema_name(name: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let name: String =
        name.chars().take(64).map(|letter| if allowed(letter) { letter } else { '_' }).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

/// Whether strict mode accepts the schema: every object closed, every property required.
/// OpenAI refuses the whole request otherwise, so a looser schema is sent as not strict.
pub(in crate::providers) fn allows_strict(schema: &Value) -> bool {
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
