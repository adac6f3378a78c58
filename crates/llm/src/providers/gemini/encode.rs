//! The body of a request.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::json;
use serde_json::value::RawValue;

use super::schema::translated;
use super::wire_out::{
    Blob, Body, Call, Calling, Content, File, Function, Generation, Piece, Response, Returned,
    Thinking, ToolConfig, Tools,
};
use super::{SEAL, path_segment};
use crate::Result;
use crate::chat::{
    Effort, Message, OutputSchema, Part, Reasoning, Request, Role, Source, ToolChoice,
};
use crate::providers::answer::AnswerTool;
use crate::providers::openai::misplaced;
use crate::providers::{called_tools, json_body};

/// What stands for the seal of a call that another provider's model made.
const NO_SEAL: &str = "skip_thought_signature_validator";

/// The body that asks for an answer; the address says whether it is streamed. Labels are
/// ours and stay here.
pub fn encode(request: &Request) -> Result<Vec<u8>> {
    json_body(&body(request)?)
}

/// Models before the third refuse a demanded shape beside tools; there the answer is the
/// input of a tool.
pub(super) fn answer_tool(request: &Request) -> Option<AnswerTool> {
    let needs_tool = !request.tools.is_empty() && !is_third(&request.model);
    needs_tool.then(|| AnswerTool::of(request)).flatten()
}

fn is_third(model: &str) -> bool {
    model.contains("gemini-3")
}

pub(super) fn body(request: &Request) -> Result<Body<'_>> {
    let names = called_tools(request);
    let mut system = Vec::new();
    let mut contents: Vec<Content<'_>> = Vec::new();
    for message in &request.messages {
        let pieces = pieces(message, &names, is_third(&request.model))?;
        let role = match message.role {
            Role::System => {
                system.extend(pieces);
                continue;
            }
            Role::User | Role::Tool => "user",
            Role::Assistant => "model",
        };
        match contents.last_mut() {
            Some(last) if last.role == Some(role) => last.parts.extend(pieces),
            _ if pieces.is_empty() => {}
            _ => contents.push(Content { role: Some(role), parts: pieces }),
        }
    }
    let answer = answer_tool(request);
    let functions = functions(request, answer.as_ref());
    let generation = generation(request, answer.is_some());
    Ok(Body {
        model: None,
        contents,
        system_instruction: (!system.is_empty()).then_some(Content { role: None, parts: system }),
        tool_config: (!functions.is_empty()).then(|| tool_config(request, answer)),
        tools: Some(functions)
            .filter(|functions| !functions.is_empty())
            .map(|function_declarations| Tools { function_declarations })
            .into_iter()
            .collect(),
        generation_config: (generation != Generation::default()).then_some(generation),
    })
}

fn pieces<'a>(
    message: &'a Message,
    names: &HashMap<&'a str, &'a str>,
    must_seal: bool,
) -> Result<Vec<Piece<'a>>> {
    let none = Piece::default;
    let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(message.content.len());
    // a seal belongs to what follows it
    let mut seal: Option<&'a str> = None;
    for part in &message.content {
        match (message.role, part) {
            (_, Part::CachePoint) => {}
            (Role::System | Role::User | Role::Assistant, Part::Text { text }) => {
                if !text.is_empty() {
                    let thought_signature = seal.take();
                    pieces.push(Piece { text: Some(text), thought_signature, ..none() });
                }
            }
            (Role::User, Part::Image(image)) => pieces.push(match &image.source {
                Source::Url { url } => Piece { file_data: Some(File { file_uri: url }), ..none() },
                Source::Base64 { media_type, data } => {
                    let blob = Blob { mime_type: media_type, data };
                    Piece { inline_data: Some(blob), ..none() }
                }
            }),
            (Role::Assistant, Part::Thought(thought)) => {
                seal = thought.seal.strip_prefix(SEAL).or(seal);
            }
            (Role::Assistant, Part::ToolCall(call)) => {
                // the first call of a turn must have one
                let is_first = pieces.iter().all(|piece| piece.function_call.is_none());
                let thought_signature = seal.take().or((must_seal && is_first).then_some(NO_SEAL));
                let call = Call { name: &call.name, args: object(&call.arguments) };
                pieces.push(Piece { function_call: Some(call), thought_signature, ..none() });
            }
            (Role::Tool, Part::ToolReturn { id, content, is_error }) => {
                let response = response(content, *is_error);
                // an answer without its call is named by what it answers
                let name = names.get(id.as_str()).copied().unwrap_or(id);
                pieces
                    .push(Piece { function_response: Some(Returned { name, response }), ..none() });
            }
            (role, part) => return Err(misplaced(role, part)),
        }
    }
    Ok(pieces)
}

/// The provider looks for what went wrong under `error`, and takes any other object as it is.
fn response(content: &str, is_error: bool) -> Response<'_> {
    match (object(content), is_error) {
        (Some(object), false) => Response::Object(object),
        (None, false) => Response::Text { result: content },
        (Some(error), true) => Response::FailedWith { error },
        (None, true) => Response::Failed { error: content },
    }
}

fn object(text: &str) -> Option<&RawValue> {
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    raw.get().trim_start().starts_with('{').then_some(raw)
}

fn functions<'a>(request: &'a Request, answer: Option<&AnswerTool>) -> Vec<Function<'a>> {
    let offered = request.tools.iter().map(|tool| Function {
        name: Cow::Borrowed(tool.name.as_str()),
        description: &tool.description,
        parameters_json_schema: Cow::Borrowed(&tool.parameters),
    });
    let shape = request.output_schema.as_ref().zip(answer).map(|(output, answer)| Function {
        name: Cow::Owned(answer.name.clone()),
        description: "Give the final answer by calling this function, once.",
        parameters_json_schema: answer.schema(output),
    });
    offered.chain(shape).collect()
}

fn tool_config(request: &Request, answer: Option<AnswerTool>) -> ToolConfig<'_> {
    let (mode, allowed_function_names) = match (answer, &request.tool_choice) {
        (Some(answer), ToolChoice::None) => ("ANY", vec![Cow::Owned(answer.name)]),
        (Some(_), ToolChoice::Auto) | (_, ToolChoice::Required) => ("ANY", Vec::new()),
        (None, ToolChoice::Auto) => ("AUTO", Vec::new()),
        (None, ToolChoice::None) => ("NONE", Vec::new()),
        (_, ToolChoice::Tool(name)) => ("ANY", vec![Cow::Borrowed(name.as_str())]),
    };
    ToolConfig { function_calling_config: Calling { mode, allowed_function_names } }
}

fn generation(request: &Request, by_tool: bool) -> Generation<'_> {
    let mut generation = Generation {
        max_output_tokens: request.max_output_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k,
        frequency_penalty: request.frequency_penalty,
        presence_penalty: request.presence_penalty,
        seed: request.seed,
        stop_sequences: &request.stop,
        thinking_config: request.thinking().map(|reasoning| thinking(reasoning, &request.model)),
        ..Generation::default()
    };
    if let Some(OutputSchema { schema, .. }) = request.output_schema.as_ref().filter(|_| !by_tool) {
        generation.response_mime_type = Some("application/json");
        generation.response_schema = translated(schema);
        // objects of which nothing is known have no schema there
        if generation.response_schema.is_none() && *schema != json!({"type": "object"}) {
            generation.response_json_schema = Some(schema);
        }
    }
    generation
}

/// The third generation takes a word, the ones before it a budget; -1 lets them decide.
fn thinking(reasoning: Reasoning, model: &str) -> Thinking {
    let include_thoughts = reasoning != Reasoning::Off;
    let config = Thinking { include_thoughts, ..Thinking::default() };
    if !is_third(model) {
        let budget = reasoning.budget().map_or(-1, i64::from);
        return Thinking { thinking_budget: Some(budget), ..config };
    }
    let level = match (reasoning, reasoning.effort()) {
        (Reasoning::Off, _) | (_, Some(Effort::Minimal | Effort::Low)) => Some("low"),
        (_, Some(Effort::Medium | Effort::High | Effort::Max)) => Some("high"),
        (_, None) => None,
    };
    Thinking { thinking_level: level, ..config }
}

/// The model's full name.
pub(super) fn resource(model: &str) -> String {
    format!("models/{}", path_segment(model.strip_prefix("models/").unwrap_or(model)))
}
