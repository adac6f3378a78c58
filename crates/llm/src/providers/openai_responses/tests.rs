//! The codec against documented answers (`fixtures/openai_responses`), cut and broken in
//! every way. What is written is read again in `door/tests.rs` of the crate's doors.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{Responses, decode, encode};
use crate::Error;
use crate::chat::{
    Effort, Finish, Image, Message, OutputSchema, Part, Reasoning, Reply, Request, Role, Thought,
    TokenUsage, ToolChoice,
};
use crate::testing::{
    self, Fixtures, call, decode_pieces, is_capped, reply, sorts_refusals, survives_every_cut,
    survives_noise, survives_random_bytes, tool, usage, whole,
};

fn fixtures() -> Fixtures {
    Fixtures::of("openai_responses")
}

fn request() -> Request {
    Request::new("gpt-5-mini", vec![Message::user("Say hello, please.")])
}

fn said(content: &str, finish: Finish, usage: TokenUsage) -> Reply {
    testing::said("gpt-5-mini-2025-08-07", content, finish, usage)
}

fn thought() -> Thought {
    let text = "Two files.\n\nRead both.".into();
    Thought { text, seal: "openai:rs_1:gAAAA:x".into() }
}

fn streamed(name: &str) -> Result<Reply, Error> {
    reply(decode_pieces::<Responses>(&request(), [&fixtures().read(name)[..]]))
}

#[test]
fn documented_streams_decode_to_what_was_said() {
    let check = |name: &str, expected: Reply| assert_eq!(streamed(name), Ok(expected), "{name}");
    check(
        "text.txt",
        said("Hello – مرحبا 👋", Finish::Stop, TokenUsage { cached_input: 8, ..usage(19, 10) }),
    );
    check(
        "tools.txt",
        Reply {
            reasoning: thought().text,
            thoughts: vec![thought()],
            tool_calls: vec![
                call("call_a", "read_file", "{\"path\":\"a\"}"),
                call("call_b", "now", "{}"),
            ],
            ..said("", Finish::ToolCalls, TokenUsage { reasoning: 20, ..usage(82, 41) })
        },
    );
    check("length.txt", said("Once", Finish::Length, usage(5, 3)));
    let refused = said("", Finish::ContentFilter, usage(5, 3));
    check("refusal.txt", Reply { refusal: "I cannot.".into(), ..refused });
    check(
        "lean.txt",
        Reply {
            model: "gpt-5-mini".into(),
            tool_calls: vec![call("c", "f", "{}")],
            ..said("Hi", Finish::ToolCalls, usage(3, 2))
        },
    );
    assert_eq!(streamed("failed.txt").unwrap_err().code(), "overloaded");
    assert_eq!(streamed("error.txt").unwrap_err().code(), "rate_limited");
}

#[test]
fn thoughts_built_in_tools_and_tools_without_a_schema_are_read() {
    let check = |name: &str, expected: Reply| assert_eq!(streamed(name), Ok(expected), "{name}");
    let aloud = "**Adding**\n\nTwo and two.\n\n**Checking**\n\nFour.";
    check(
        "summaries.txt",
        Reply {
            reasoning: aloud.into(),
            thoughts: vec![Thought { text: aloud.into(), seal: "openai:rs_1:gAAAAABo".into() }],
            ..said("It is four.", Finish::Stop, TokenUsage { reasoning: 64, ..usage(15, 90) })
        },
    );
    check(
        "open-weights.txt",
        Reply {
            model: "gpt-oss-20b".into(),
            reasoning: "Two and two.".into(),
            ..said("Four.", Finish::Stop, TokenUsage { reasoning: 8, ..usage(70, 12) })
        },
    );
    check(
        "web-search.txt",
        said("It is sunny.", Finish::Stop, TokenUsage { cached_input: 8_000, ..usage(8_400, 60) }),
    );
    check("mcp.txt", said("It says ok.", Finish::Stop, usage(120, 33)));
    check(
        "custom-tool.txt",
        Reply {
            tool_calls: vec![call("call_c", "run_sql", "select 1;")],
            ..said("", Finish::ToolCalls, usage(60, 20))
        },
    );
    check("filtered.txt", said("The first", Finish::ContentFilter, usage(19, 4)));
    assert_eq!(streamed("quota.txt").unwrap_err().code(), "out_of_credit");
}

#[test]
fn every_recorded_stream_is_in_the_list() {
    let streams = [
        "custom-tool.txt",
        "error.txt",
        "failed.txt",
        "filtered.txt",
        "lean.txt",
        "length.txt",
        "mcp.txt",
        "open-weights.txt",
        "quota.txt",
        "refusal.txt",
        "summaries.txt",
        "text.txt",
        "tools.txt",
        "web-search.txt",
    ];
    assert_eq!(fixtures().streams(), streams);
}

#[test]
fn a_whole_answer_decodes_like_a_stream() {
    let deltas = decode(&fixtures().read("whole.json"), &request()).unwrap();
    let expected = Reply {
        reasoning: thought().text,
        thoughts: vec![thought()],
        tool_calls: vec![call("call_a", "read_file", "{\"path\":\"a\"}")],
        ..said(
            "Done.",
            Finish::ToolCalls,
            TokenUsage { cached_input: 1, reasoning: 2, ..usage(9, 4) },
        )
    };
    assert_eq!(whole(deltas), Ok(expected));
    for body in ["", "[]", "<html>", "{}", "{\"status\":\"queued\"}"] {
        let code = decode(body.as_bytes(), &request()).unwrap_err().code();
        assert!(matches!(code, "invalid_reply" | "stream_cut"), "{body}: {code}");
    }
}

#[test]
fn everything_that_is_set_is_sent() {
    let messages = vec![
        Message::system("rules"),
        Message {
            role: Role::User,
            content: vec![
                Part::Text { text: "see".into() },
                Part::CachePoint,
                Part::Image(Image::base64("image/png", "AA")),
            ],
        },
        Message {
            role: Role::Assistant,
            content: vec![
                Part::Thought(thought()),
                Part::Thought(Thought { text: "x".into(), seal: "anthropic:y".into() }),
                Part::Text { text: "Wait.".into() },
                Part::ToolCall(call("a", "read", "{}")),
            ],
        },
        Message::tool_return("a", "ok"),
    ];
    let request = Request {
        tools: vec![tool("read")],
        tool_choice: ToolChoice::Tool("read".into()),
        output_schema: Some(OutputSchema {
            name: "s".into(),
            schema: json!({"type": "object"}),
            strict: None,
        }),
        reasoning: Some(Reasoning::Effort(Effort::Low)),
        max_output_tokens: Some(9),
        ..Request::new("m", messages)
    };
    let body: Value = serde_json::from_slice(&encode(&request, true).unwrap()).unwrap();
    let expected = json!({
        "model": "m",
        "input": [
            {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "rules"}]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "see"},
                {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "auto"},
            ]},
            {"type": "reasoning", "id": "rs_1",
             "summary": [{"type": "summary_text", "text": thought().text}],
             "encrypted_content": "gAAAA:x"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Wait."}]},
            {"type": "function_call", "call_id": "a", "name": "read", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "a", "output": "ok"},
        ],
        "stream": true,
        "store": false,
        "include": ["reasoning.encrypted_content"],
        "tools": [{"type": "function", "name": "read", "description": "d",
                   "parameters": {"type": "object"}, "strict": false}],
        "tool_choice": {"type": "function", "name": "read"},
        "text": {"format": {"type": "json_schema", "name": "s", "strict": false, "schema": {"type": "object"}}},
        "max_output_tokens": 9,
        "reasoning": {"effort": "low", "summary": "auto"},
    });
    assert_eq!(body, expected);
}

#[test]
fn documented_refusals_become_typed_errors() {
    sorts_refusals(&fixtures());
}

#[test]
fn a_stream_cut_at_any_byte_is_never_half_a_reply() {
    // what follows the last event may be missing: its line ends, and a mark that not all send
    survives_every_cut::<Responses>(&fixtures(), &request(), 18);
}

#[test]
fn a_broken_stream_still_ends_exactly_once() {
    survives_noise::<Responses>(&fixtures(), &request());
    survives_random_bytes::<Responses>(&request());
}

#[test]
fn an_endless_stream_is_stopped_at_its_limit() {
    is_capped::<Responses>(&request());
}
