//! The body of a request.

use super::SEAL;
use super::wire_out::{Body, Choice, Effort, Format, Item, Piece, Shape, Text, Tool};
use crate::Result;
use crate::chat::{Detail, Message, Part, Reasoning, Request, Role, Thought, ToolChoice};
use crate::providers::openai::{
    asks_any_object, effort_word, is_strict, misplaced, schema_name, tier_word, verbosity_word,
};
use crate::providers::{json_body, returned_text};

/// The body that asks for an answer, streamed or in one piece. Labels are ours and stay here.
pub fn encode(request: &Request, stream: bool) -> Result<Vec<u8>> {
    let mut input = Vec::with_capacity(request.messages.len());
    for message in &request.messages {
        push_items(message, &mut input)?;
    }
    let has_tools = !request.tools.is_empty();
    let tools = request.tools.iter().map(|tool| Tool {
        kind: "function",
        name: &tool.name,
        description: &tool.description,
        parameters: &tool.parameters,
        // left out it would be strict, and demand every argument that may be left out
        strict: tool.strict.unwrap_or(false),
    });
    let thinking = request.thinking();
    let thinks = thinking.is_some_and(|reasoning| reasoning != Reasoning::Off);
    let format = request.output_schema.as_ref().map(|output| {
        if asks_any_object(request) {
            return Format { kind: "json_object", shape: None };
        }
        let (name, strict) = (schema_name(&output.name), is_strict(output));
        let shape = Shape { name, strict, schema: &output.schema };
        Format { kind: "json_schema", shape: Some(shape) }
    });
    let verbosity = request.verbosity.map(verbosity_word);
    json_body(&Body {
        model: &request.model,
        input,
        stream,
        store: false,
        include: if thinks { &["reasoning.encrypted_content"] } else { &[] },
        tools: tools.collect(),
        tool_choice: has_tools.then(|| tool_choice(&request.tool_choice)),
        parallel_tool_calls: request.parallel_tool_calls.filter(|_| has_tools),
        text: (format.is_some() || verbosity.is_some()).then_some(Text { format, verbosity }),
        max_output_tokens: request.max_output_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        reasoning: thinking.map(|reasoning| Effort {
            effort: effort_word(reasoning),
            summary: thinks.then_some("auto"),
        }),
        prompt_cache_key: request.cache.key.as_deref(),
        user: request.user.as_deref(),
        service_tier: request.service_tier.map(tier_word),
    })
}

fn tool_choice(choice: &ToolChoice) -> Choice<'_> {
    match choice {
        ToolChoice::Auto => Choice::Word("auto"),
        ToolChoice::None => Choice::Word("none"),
        ToolChoice::Required => Choice::Word("required"),
        ToolChoice::Tool(name) => Choice::Tool { kind: "function", name },
    }
}

/// The word for how closely to look at a picture.
const fn detail_word(detail: Detail) -> &'static str {
    match detail {
        Detail::Auto => "auto",
        Detail::Low => "low",
        Detail::High => "high",
        Detail::Original => "original",
    }
}

/// Words and pictures that follow each other are one message; calls, answers and thoughts
/// are items of their own.
fn push_items<'a>(message: &'a Message, items: &mut Vec<Item<'a>>) -> Result<()> {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    let mut content = Vec::new();
    let flush = |content: &mut Vec<Piece<'a>>, items: &mut Vec<Item<'a>>| {
        if !content.is_empty() {
            items.push(Item::Message { role, content: std::mem::take(content) });
        }
    };
    for part in &message.content {
        match (message.role, part) {
            (_, Part::CachePoint) => {}
            (Role::System | Role::User, Part::Text { text }) => {
                content.push(Piece::InputText { text });
            }
            (Role::User, Part::Image(image)) => {
                let detail = detail_word(image.detail.unwrap_or(Detail::Auto));
                content.push(Piece::InputImage { image_url: image.to_url(), detail });
            }
            (Role::Assistant, Part::Text { text }) => content.push(Piece::OutputText { text }),
            (Role::Assistant, Part::ToolCall(call)) => {
                flush(&mut content, items);
                let (call_id, name, arguments) = (&call.id, &call.name, call.arguments_or_none());
                items.push(Item::FunctionCall { call_id, name, arguments });
            }
            (Role::Assistant, Part::Thought(thought)) => {
                flush(&mut content, items);
                items.extend(reasoning(thought));
            }
            (Role::Tool, Part::ToolReturn { id, content, is_error }) => {
                let output = returned_text(content, *is_error);
                items.push(Item::FunctionCallOutput { call_id: id, output });
            }
            (role, part) => return Err(misplaced(role, part)),
        }
    }
    flush(&mut content, items);
    Ok(())
}

/// Only our own thoughts: others' seals are refused.
fn reasoning(thought: &Thought) -> Option<Item<'_>> {
    let (id, encrypted_content) = thought.seal.strip_prefix(SEAL)?.split_once(':')?;
    let text = thought.text.as_str();
    let summary = (!text.is_empty()).then_some(Piece::SummaryText { text });
    Some(Item::Reasoning { id, summary: summary.into_iter().collect(), encrypted_content })
}
