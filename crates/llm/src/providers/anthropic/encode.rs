//! The body of a request.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::wire_out::{
    Block, BlockKind, Body, CacheControl, Choice, Input, Line, Metadata, OutputConfig, Picture,
    Thinking, Tool,
};
use super::{REDACTED_SEAL, SEAL};
use crate::Result;
use crate::chat::{
    Effort, Image, Message, Part, Reasoning, Request, Role, ServiceTier, Source, Thought, ToolCall,
    ToolChoice,
};
use crate::most::{MIN_THINKING, ProviderKind, most_output};
use crate::providers::answer::AnswerTool;
use crate::providers::json_body;
use crate::providers::openai::misplaced;

/// How many places the provider keeps at most.
const MAX_CACHE_POINTS: usize = 4;

/// The body that asks for an answer, streamed or in one piece. Labels are ours and stay here.
pub fn encode(request: &Request, stream: bool) -> Result<Vec<u8>> {
    json_body(&body(request, stream)?)
}

/// The body that asks how many tokens the request has.
pub fn encode_count(request: &Request) -> Result<Vec<u8>> {
    let mut body = body(request, false)?;
    body.max_tokens = None;
    body.temperature = None;
    body.top_p = None;
    body.top_k = None;
    body.stop_sequences = &[];
    body.metadata = None;
    body.service_tier = None;
    json_body(&body)
}

fn body(request: &Request, stream: bool) -> Result<Body<'_>> {
    let answer = AnswerTool::of(request);
    let cache = CacheControl { kind: "ephemeral", ttl: request.cache.long.then_some("1h") };
    let mut system = Vec::new();
    let mut messages: Vec<Line<'_>> = Vec::new();
    for message in &request.messages {
        match message.role {
            Role::System => push_blocks(message, cache, &mut system)?,
            Role::User | Role::Tool => push_line("user", message, cache, &mut messages)?,
            Role::Assistant => push_line("assistant", message, cache, &mut messages)?,
        }
    }
    let mut tools = tools(request, answer.as_ref());
    if request.cache.tools
        && let Some(last) = tools.last_mut()
    {
        last.cache_control = Some(cache);
    }
    let used = tools.iter().filter(|tool| tool.cache_control.is_some()).count();
    drop_surplus_cache_points(used, &mut system, &mut messages);
    // the provider demands a limit; a caller's own is never raised, since money is set aside by it
    let (limit, reasoning) = (request.max_output_tokens, request.reasoning);
    let max_tokens = most_output(ProviderKind::Anthropic, &request.model, limit, reasoning);
    let (thinking, effort) = thinking(request, max_tokens);
    let is_thinking = thinking.as_ref().is_some_and(|thinking| thinking.kind != "disabled");
    Ok(Body {
        model: &request.model,
        max_tokens: Some(max_tokens),
        stream,
        system,
        messages,
        tool_choice: tool_choice(request, answer, is_thinking),
        tools,
        thinking,
        output_config: effort.map(|effort| OutputConfig { effort }),
        // the provider refuses both while it thinks
        temperature: request.temperature.filter(|_| !is_thinking).map(|heat| heat.min(1.0)),
        top_p: request.top_p.filter(|_| !is_thinking && request.temperature.is_none()),
        top_k: request.top_k.filter(|_| !is_thinking),
        stop_sequences: &request.stop,
        metadata: request.user.as_deref().map(|user_id| Metadata { user_id }),
        service_tier: request.service_tier.map(tier_word),
    })
}

const fn tier_word(tier: ServiceTier) -> &'static str {
    match tier {
        ServiceTier::Auto => "auto",
        ServiceTier::Standard => "standard_only",
    }
}

/// Models up to 4.5 take a budget, later ones only a word.
fn takes_budget(model: &str) -> bool {
    ["claude-3", "-4-0", "-4-1", "-4-2", "-4-5", "claude-2"].iter().any(|part| model.contains(part))
        || !model.contains("claude")
}

fn thinking(request: &Request, max_tokens: u32) -> (Option<Thinking>, Option<&'static str>) {
    let kind = |kind| Some(Thinking { kind, budget_tokens: None });
    // an effort alone does not make it think
    let effort = request.effort.map(effort_word);
    let Some(reasoning) = request.reasoning else { return (None, effort) };
    match (reasoning, takes_budget(&request.model)) {
        (Reasoning::Off | Reasoning::Budget(0), _) => (kind("disabled"), effort),
        (Reasoning::Adaptive, false) => (kind("adaptive"), effort),
        (Reasoning::Effort(_) | Reasoning::Budget(_), false) => {
            (kind("adaptive"), effort.or(reasoning.effort().map(effort_word)))
        }
        (Reasoning::Adaptive | Reasoning::Effort(_) | Reasoning::Budget(_), true) => {
            let wanted = reasoning.budget().unwrap_or(max_tokens / 2);
            let budget = fitting(wanted.max(MIN_THINKING), max_tokens);
            let enabled = |tokens| Thinking { kind: "enabled", budget_tokens: Some(tokens) };
            (budget.map(enabled), effort)
        }
    }
}

/// A budget is a part of the output and must be less than all of it. One that is not leaves
/// room for an answer; where there is no room for both, the model does not think.
fn fitting(budget: u32, max_tokens: u32) -> Option<u32> {
    if budget < max_tokens {
        return Some(budget);
    }
    Some(max_tokens.saturating_sub(MIN_THINKING)).filter(|rest| *rest >= MIN_THINKING)
}

const fn effort_word(effort: Effort) -> &'static str {
    match effort {
        Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::Max => "max",
    }
}

/// Turns that follow each other on one side are one turn: the answers to parallel calls
/// must be.
fn push_line<'a>(
    role: &'static str,
    message: &'a Message,
    cache: CacheControl,
    messages: &mut Vec<Line<'a>>,
) -> Result<()> {
    match messages.last_mut() {
        Some(last) if last.role == role => push_blocks(message, cache, &mut last.content),
        _ => {
            let mut content = Vec::new();
            push_blocks(message, cache, &mut content)?;
            // a turn without words is refused
            if !content.is_empty() {
                messages.push(Line { role, content });
            }
            Ok(())
        }
    }
}

fn push_blocks<'a>(
    message: &'a Message,
    cache: CacheControl,
    blocks: &mut Vec<Block<'a>>,
) -> Result<()> {
    for part in &message.content {
        let kind = match (message.role, part) {
            (Role::System | Role::User | Role::Assistant, Part::Text { text }) => {
                // words of nothing but space are refused too
                (!text.trim().is_empty()).then_some(BlockKind::Text { text })
            }
            (Role::User, Part::Image(image)) => Some(BlockKind::Image { source: source(image) }),
            (Role::Assistant, Part::ToolCall(call)) => Some(tool_use(call)),
            (Role::Assistant, Part::Thought(thought)) => thinking_block(thought),
            (Role::Tool, Part::ToolReturn { id, content, is_error }) => {
                let (tool_use_id, is_error) = (allowed_id(id), *is_error);
                Some(BlockKind::ToolResult { tool_use_id, content, is_error })
            }
            (_, Part::CachePoint) => {
                if let Some(last) = blocks.last_mut() {
                    last.cache_control = Some(cache);
                }
                None
            }
            (role, part) => return Err(misplaced(role, part)),
        };
        blocks.extend(kind.map(|kind| Block { kind, cache_control: None }));
    }
    Ok(())
}

fn source(image: &Image) -> Picture<'_> {
    match &image.source {
        Source::Url { url } => Picture::Url { url },
        Source::Base64 { media_type, data } => Picture::Base64 { media_type, data },
    }
}

fn tool_use(call: &ToolCall) -> BlockKind<'_> {
    let arguments: Option<&RawValue> = serde_json::from_str(&call.arguments).ok();
    let input = arguments.filter(|raw| raw.get().trim_start().starts_with('{'));
    BlockKind::ToolUse {
        id: allowed_id(&call.id),
        name: &call.name,
        // what is no object cannot be sent back; the tool's answer says what was wrong with it
        input: Input(input),
    }
}

/// Only our own thoughts: others' seals are refused.
fn thinking_block(thought: &Thought) -> Option<BlockKind<'_>> {
    if let Some(data) = thought.seal.strip_prefix(REDACTED_SEAL) {
        return Some(BlockKind::RedactedThinking { data });
    }
    let signature = match thought.seal.strip_prefix(SEAL) {
        Some(signature) => signature,
        // from a client that talked to the provider itself before
        None if !thought.seal.contains(':') => thought.seal.as_str(),
        None => return None,
    };
    (!signature.is_empty()).then_some(BlockKind::Thinking { thinking: &thought.text, signature })
}

/// Ids may have letters, digits, `_` and `-`; other providers' may have more.
fn allowed_id(id: &str) -> Cow<'_, str> {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !id.is_empty() && id.chars().all(is_allowed) {
        return Cow::Borrowed(id);
    }
    let id: String =
        id.chars().map(|letter| if is_allowed(letter) { letter } else { '_' }).collect();
    Cow::Owned(if id.is_empty() { "call".to_owned() } else { id })
}

fn tools<'a>(request: &'a Request, answer: Option<&AnswerTool>) -> Vec<Tool<'a>> {
    let offered = request.tools.iter().map(|tool| Tool {
        name: Cow::Borrowed(tool.name.as_str()),
        description: &tool.description,
        input_schema: Cow::Borrowed(&tool.parameters),
        strict: tool.strict,
        cache_control: None,
    });
    let shape = request.output_schema.as_ref().zip(answer).map(|(output, answer)| Tool {
        name: Cow::Owned(answer.name.clone()),
        description: "Give the final answer by calling this tool, once.",
        input_schema: answer.schema(output),
        strict: None,
        cache_control: None,
    });
    // tools that may not be called are still offered when past turns have called them
    offered.chain(shape).collect()
}

fn tool_choice(
    request: &Request,
    answer: Option<AnswerTool>,
    is_thinking: bool,
) -> Option<Choice<'_>> {
    let has_tools = !request.tools.is_empty();
    let forced = |name: Cow<'static, str>| ("tool", Some(name));
    let (kind, name) = match (answer, &request.tool_choice) {
        (None, _) if !has_tools => return None,
        // a forced tool is refused while it thinks
        (Some(_), _) if is_thinking => ("auto", None),
        (Some(answer), _) if !has_tools => forced(Cow::Owned(answer.name)),
        (Some(answer), ToolChoice::None) => forced(Cow::Owned(answer.name)),
        (Some(_), ToolChoice::Auto | ToolChoice::Required) => ("any", None),
        (None, ToolChoice::Auto) => ("auto", None),
        (None, ToolChoice::None) => ("none", None),
        (None, ToolChoice::Required) if is_thinking => ("auto", None),
        (None, ToolChoice::Required) => ("any", None),
        (None, ToolChoice::Tool(_)) if is_thinking => ("auto", None),
        (_, ToolChoice::Tool(name)) => ("tool", Some(Cow::Owned(name.clone()))),
    };
    let one_at_a_time = request.parallel_tool_calls == Some(false) && kind != "none";
    Some(Choice { kind, name, disable_parallel_tool_use: one_at_a_time.then_some(true) })
}

/// Past the limit the first ones go: the last ones hold the most.
fn drop_surplus_cache_points<'a>(used: usize, system: &mut [Block<'a>], messages: &mut [Line<'a>]) {
    let mut left = MAX_CACHE_POINTS.saturating_sub(used);
    let blocks = messages.iter_mut().rev().flat_map(|line| line.content.iter_mut().rev());
    for block in blocks.chain(system.iter_mut().rev()) {
        if block.cache_control.is_some() && left == 0 {
            block.cache_control = None;
        } else if block.cache_control.is_some() {
            left -= 1;
        }
    }
}
