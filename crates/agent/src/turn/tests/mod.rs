//! What the tests of the turn share: a command that is answered with points, and the
//! words in which a table tells a story.

#![allow(clippy::unwrap_used)]

mod failures;
mod flow;
mod replay;

use llm::chat::{Finish, Reply, TokenUsage, ToolCall, ToolSpec};
use serde_json::{Value, json};

use super::*;
use crate::Limits;
use crate::library::Library;

const AGENT: &str = "---\nname: tester\ndescription: Tests.\ntemperature: 0.5\nmax_output_tokens: 100\n---\nYou test.\n";

fn spec_of(command: &str) -> TurnSpec {
    let library =
        Library::from_files([("agents/tester.md", AGENT), ("commands/estimate.md", command)])
            .unwrap();
    TurnSpec {
        agent: library.agent("tester").unwrap().clone(),
        command: library.command("estimate").unwrap().clone(),
        params: json!({ "roles": ["clerk", "doctor"] }).as_object().unwrap().clone(),
        model: Some("test/model".into()),
        tools: Vec::new(),
        limits: Limits { max_identical_calls: 2, ..Limits::default() },
    }
}

/// A command whose answer is `{points, role}`, the role being one of the parameter's.
fn spec() -> TurnSpec {
    spec_of(
        "---\nname: estimate\ndescription: Estimates.\nagent: tester\ncategory: test\n\
         params:\n  roles: { type: list }\n\
         output_schema:\n  type: object\n  required: [points]\n  properties:\n    \
         points: { enum: [1, 2, 3, 5, 8, 13] }\n    role: { x-enum-from: roles }\n---\n\
         Estimate for {{ params.roles | join(', ') }}\n",
    )
}

/// A command whose answer is text.
fn text_spec() -> TurnSpec {
    spec_of(
        "---\nname: estimate\ndescription: Writes.\nagent: tester\ncategory: test\n\
         params:\n  roles: { type: list }\n---\nWrite to {{ params.roles }}\n",
    )
}

/// The first command with two tools on offer.
fn tool_spec() -> TurnSpec {
    let tool = |name: &str| ToolSpec {
        name: name.into(),
        description: "A tool of these tests".into(),
        parameters: json!({ "type": "object", "required": ["q"], "properties": { "q": { "type": "string" } } }),
        strict: None,
    };
    TurnSpec { tools: vec![tool("search"), tool("read")], ..spec() }
}

fn reply(content: &str, finish: Finish, calls: &[(&str, &str, &str)]) -> Input {
    let tool_calls = calls
        .iter()
        .map(|(id, name, arguments)| ToolCall {
            id: (*id).into(),
            name: (*name).into(),
            arguments: (*arguments).into(),
        })
        .collect();
    Input::ModelReplied {
        reply: Reply {
            model: "model".into(),
            content: content.into(),
            refusal: String::new(),
            reasoning: String::new(),
            thoughts: Vec::new(),
            tool_calls,
            finish,
            stop_sequence: None,
            usage: TokenUsage { input: 10, output: 5, ..TokenUsage::default() },
            scripted: true,
        },
    }
}

fn says(content: &str) -> Input {
    reply(content, Finish::Stop, &[])
}

fn cut(content: &str) -> Input {
    reply(content, Finish::Length, &[])
}

fn calls(calls: &[(&str, &str, &str)]) -> Input {
    reply("", Finish::ToolCalls, calls)
}

fn returned(call_id: &str, output: Value) -> Input {
    Input::ToolReturned { call_id: call_id.into(), outcome: ToolOutcome::Returned { output } }
}

fn request(turn: &Turn) -> llm::chat::Request {
    match turn.next() {
        Effect::CallModel { request, .. } => *request,
        other => panic!("expected a model call, not {other:?}"),
    }
}

fn told(turn: &Turn) -> Vec<llm::chat::Message> {
    request(turn).messages
}

/// One line for what the turn orders.
fn shown(turn: &Turn) -> String {
    match turn.next() {
        Effect::CallModel { request, nth, repair } => {
            let tokens = request.max_output_tokens.unwrap();
            format!("model {nth}{} {tokens}", if repair { " repair" } else { "" })
        }
        Effect::CallTools { calls } => {
            let list: Vec<String> = calls
                .iter()
                .map(|call| format!("{}:{}{}", call.id, call.name, call.arguments))
                .collect();
            format!("tools {}", list.join(" "))
        }
        Effect::Finish(Outcome::Completed { output, .. }) => format!("done {output}"),
        Effect::Finish(Outcome::Failed { code, retryable, .. }) => {
            format!("failed {code}{}", if retryable { " retryable" } else { "" })
        }
    }
}

/// Feeds the inputs and expects the order after each.
#[track_caller]
fn check(spec: TurnSpec, story: &[(Input, &str)]) {
    let mut turn = Turn::new(spec).unwrap();
    for (index, (input, expected)) in story.iter().enumerate() {
        turn.accept(input.clone()).unwrap();
        assert_eq!(shown(&turn), *expected, "after input {index}");
    }
}
