//! The body of a request.

use serde_json::value::RawValue;

use super::wire::{Arguments, Body, Function, Line, MadeCall, MadeFunction, Options, Think, Tool};
use crate::chat::{Effort, Message, Part, Reasoning, Request, Role, Source, ToolChoice};
use crate::providers::openai::{misplaced, words};
use crate::providers::{called_tools, json_body, returned_text};
use crate::{Error, Result};

/// The body that asks for an answer, streamed or in one piece. Labels are ours and stay here.
pub fn encode(request: &Request, stream: bool) -> Result<Vec<u8>> {
    let names = called_tools(request);
    let mut messages = Vec::with_capacity(request.messages.len());
    for message in &request.messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => {
                push_returns(message, &names, &mut messages)?;
                continue;
            }
        };
        messages.push(line(role, message)?);
    }
    // the server always lets the model decide; without tools it cannot call any
    let tools = match &request.tool_choice {
        ToolChoice::None => Vec::new(),
        ToolChoice::Tool(only) => request.tools.iter().filter(|tool| tool.name == *only).collect(),
        ToolChoice::Auto | ToolChoice::Required => request.tools.iter().collect(),
    };
    let tools = tools.into_iter().map(|tool| Tool {
        kind: "function",
        function: Function {
            name: &tool.name,
            description: &tool.description,
            parameters: &tool.parameters,
        },
    });
    let options = Options {
        num_predict: request.max_output_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k,
        frequency_penalty: request.frequency_penalty,
        presence_penalty: request.presence_penalty,
        seed: request.seed,
        stop: &request.stop,
    };
    json_body(&Body {
        model: &request.model,
        messages,
        tools: tools.collect(),
        format: request.output_schema.as_ref().map(|output| &output.schema),
        stream,
        think: request.thinking().map(think),
        options: (options != Options::default()).then_some(options),
    })
}

const fn think(reasoning: Reasoning) -> Think {
    match reasoning {
        Reasoning::Off | Reasoning::Budget(0) => Think::Whether(false),
        Reasoning::Adaptive | Reasoning::Budget(_) => Think::Whether(true),
        Reasoning::Effort(Effort::Minimal | Effort::Low) => Think::Level("low"),
        Reasoning::Effort(Effort::Medium) => Think::Level("medium"),
        Reasoning::Effort(Effort::High | Effort::Max) => Think::Level("high"),
    }
}

fn line<'a>(role: &'static str, message: &'a Message) -> Result<Line<'a>> {
    let mut images = Vec::new();
    let mut tool_calls = Vec::new();
    for part in &message.content {
        match (message.role, part) {
            (_, Part::Text { .. } | Part::CachePoint) | (Role::Assistant, Part::Thought(_)) => {}
            (Role::User, Part::Image(image)) => match &image.source {
                Source::Base64 { data, .. } => images.push(data.as_str()),
                Source::Url { .. } => {
                    let operation = "pictures behind an address; send the picture itself as base64";
                    return Err(Error::Unsupported { provider: "ollama", operation });
                }
            },
            (Role::Assistant, Part::ToolCall(call)) => tool_calls.push(MadeCall {
                function: MadeFunction { name: &call.name, arguments: arguments(&call.arguments) },
            }),
            (role, part) => return Err(misplaced(role, part)),
        }
    }
    Ok(Line { role, content: words(message), images, tool_calls, tool_name: None })
}

fn arguments(text: &str) -> Arguments<'_> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) if raw.get().trim_start().starts_with('{') => Arguments::Object(raw),
        _ => Arguments::None {},
    }
}

fn push_returns<'a>(
    message: &'a Message,
    names: &std::collections::HashMap<&'a str, &'a str>,
    messages: &mut Vec<Line<'a>>,
) -> Result<()> {
    for part in &message.content {
        match part {
            Part::CachePoint => {}
            Part::ToolReturn { id, content, is_error } => messages.push(Line {
                role: "tool",
                content: returned_text(content, *is_error),
                images: Vec::new(),
                tool_calls: Vec::new(),
                tool_name: names.get(id.as_str()).copied(),
            }),
            Part::Text { .. } | Part::Image(_) | Part::ToolCall(_) | Part::Thought(_) => {
                return Err(misplaced(message.role, part));
            }
        }
    }
    Ok(())
}
