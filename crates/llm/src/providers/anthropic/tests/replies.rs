//! What documented answers mean.

use serde_json::{Value, json};

use super::super::{Messages, decode, decode_count, decode_models};
use super::{fixtures, request, shaped, story};
use crate::Error;
use crate::chat::{Finish, Reply, Request, Thought, TokenUsage};
use crate::testing::{self, call, decode_pieces, reply, sorts_refusals, usage, whole};

/// Every recorded stream.
const STREAMS: [&str; 17] = [
    "answer-tool.txt",
    "api-error.txt",
    "cached.txt",
    "code-execution.txt",
    "eager-input.txt",
    "interleaved.txt",
    "llama-cpp.txt",
    "overloaded.txt",
    "paused.txt",
    "refused.txt",
    "search.txt",
    "stop-sequence.txt",
    "text.txt",
    "thinking.txt",
    "tools.txt",
    "web-search.txt",
    "window.txt",
];

fn said(content: &str, finish: Finish, usage: TokenUsage) -> Reply {
    testing::said("claude-sonnet-4-5-20250929", content, finish, usage)
}

fn thought(text: &str, seal: &str) -> Thought {
    Thought { text: text.into(), seal: seal.into() }
}

fn streamed(request: &Request, name: &str) -> Result<Reply, Error> {
    reply(decode_pieces::<Messages>(request, [&fixtures().read(name)[..]]))
}

#[test]
fn documented_streams_decode_to_what_was_said() {
    let check = |name: &str, expected: Reply| {
        assert_eq!(streamed(&request(), name), Ok(expected), "{name}");
    };
    check("text.txt", said("Hello – مرحبا 👋", Finish::Stop, usage(25, 15)));
    check(
        "tools.txt",
        Reply {
            tool_calls: vec![
                call("toolu_01A", "read_file", "{\"path\": \"src/main.rs\"}"),
                call("toolu_01B", "now", ""),
            ],
            ..said(
                "I read both.",
                Finish::ToolCalls,
                TokenUsage { cached_input: 1_000, cache_write: 200, ..usage(1_210, 89) },
            )
        },
    );
    check(
        "thinking.txt",
        Reply {
            reasoning: "Two and two.".into(),
            thoughts: vec![
                thought("Two and two.", "anthropic:EqQBCgIYAhIM1gbcDa9GJwZA2b3h"),
                thought("", "anthropic-redacted:EmwKAhgBEgy3va3pzix"),
            ],
            ..said("Four.", Finish::Stop, usage(27, 40))
        },
    );
    check("search.txt", said("Found.", Finish::Length, usage(25, 9)));
    check("refused.txt", said("I", Finish::ContentFilter, usage(25, 2)));
    check(
        "llama-cpp.txt",
        Reply { model: "qwen2.5".into(), ..said("Hi", Finish::Stop, usage(12, 2)) },
    );
    let error = streamed(&request(), "overloaded.txt").unwrap_err();
    assert_eq!(error, Error::Overloaded { retry_after: None, message: "Overloaded".into() });
}

#[test]
fn what_the_provider_does_for_itself_is_passed_over() {
    let check = |name: &str, expected: Reply| {
        assert_eq!(streamed(&request(), name), Ok(expected), "{name}");
    };
    check("web-search.txt", said("I'll look. It is sunny.", Finish::Stop, usage(10_682, 510)));
    check("code-execution.txt", said("1 and 2.", Finish::Stop, usage(25, 61)));
    check("paused.txt", said("Still looking.", Finish::Stop, usage(25, 40)));
}

#[test]
fn how_and_where_it_stopped_is_told() {
    let check = |name: &str, expected: Reply| {
        assert_eq!(streamed(&request(), name), Ok(expected), "{name}");
    };
    check(
        "stop-sequence.txt",
        Reply {
            stop_sequence: Some("three".into()),
            ..said("one, two, ", Finish::Stop, usage(25, 8))
        },
    );
    check("window.txt", said("Once", Finish::Length, usage(25, 3)));
    // arguments that are cut short are kept as they are
    let cut = call("toolu_01C", "write_file", "{\"path\": \"a\", \"text\": \"Once upon");
    check(
        "eager-input.txt",
        Reply { tool_calls: vec![cut], ..said("", Finish::Length, usage(25, 20)) },
    );
    let error = streamed(&request(), "api-error.txt").unwrap_err();
    let message = "Internal server error".to_owned();
    assert_eq!(error, Error::Overloaded { retry_after: None, message });
}

#[test]
fn thoughts_between_calls_keep_their_seals_and_their_count() {
    let expected = Reply {
        model: "claude-opus-4-6".into(),
        reasoning: "Read it first.".into(),
        thoughts: vec![
            thought("Read it first.", "anthropic:EqQBCgIYAhIM1"),
            thought("", "anthropic-redacted:EmwKAhgBEgy3va3"),
            thought("", "anthropic:EqQBCgIYAhIM2"),
        ],
        tool_calls: vec![call("toolu_01A", "read_file", "{\"path\": \"a\"}")],
        ..said("Reading.", Finish::ToolCalls, TokenUsage { reasoning: 46, ..usage(472, 89) })
    };
    assert_eq!(streamed(&request(), "interleaved.txt"), Ok(expected));
    let cached = TokenUsage {
        cached_input: 1_000,
        cache_write: 300,
        cache_write_1h: 200,
        ..usage(1_310, 3)
    };
    assert_eq!(streamed(&request(), "cached.txt"), Ok(said("Good day", Finish::Stop, cached)));
}

#[test]
fn every_recorded_stream_is_in_the_list() {
    assert_eq!(fixtures().streams(), STREAMS);
}

#[test]
fn an_answer_of_a_demanded_shape_is_text() {
    let reply = streamed(&shaped(story()), "answer-tool.txt").unwrap();
    assert_eq!(reply, said("{\"title\": \"A\"}", Finish::Stop, usage(25, 12)));
    // a model that did not call the tool has said its answer in words
    let reply = streamed(&shaped(story()), "text.txt").unwrap();
    assert_eq!(reply.content, "Hello – مرحبا 👋");
    let read = |input: Value, stop: &str| {
        let body = json!({"content": [
            {"type": "text", "text": "Here it is:"},
            {"type": "tool_use", "id": "t", "name": "story", "input": input},
        ], "stop_reason": stop, "usage": {"input_tokens": 1, "output_tokens": 1}});
        let list = shaped(json!({"type": "array"}));
        let deltas = decode(body.to_string().as_bytes(), &list)?;
        whole(deltas)
    };
    assert_eq!(read(json!({"answer": [1, 2]}), "tool_use").unwrap().content, "[1,2]");
    assert_eq!(read(json!({"other": 1}), "tool_use").unwrap_err().code(), "invalid_reply");
    assert_eq!(read(json!({"other": 1}), "max_tokens").unwrap().content, "{\"other\":1}");
}

#[test]
fn an_hour_in_the_cache_is_told_from_minutes() {
    let check = |long: bool, creation: Value, expected: u64| {
        let mut asked = request();
        asked.cache.long = long;
        let body = json!({
            "content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn",
            "usage": {
                "input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 100,
                "cache_creation": creation,
            },
        });
        let reply = whole(decode(body.to_string().as_bytes(), &asked).unwrap()).unwrap();
        assert_eq!(reply.usage.cache_write, 100);
        assert_eq!(reply.usage.cache_write_1h, expected, "{long} {creation}");
    };
    check(false, Value::Null, 0);
    check(false, json!({"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40}), 40);
    check(true, json!({"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 0}), 0);
    // who does not tell is believed to do what it was asked
    check(true, Value::Null, 100);
}

#[test]
fn a_whole_answer_decodes_like_a_stream() {
    let deltas = decode(&fixtures().read("whole.json"), &request()).unwrap();
    let expected = Reply {
        reasoning: "Hm.".into(),
        thoughts: vec![thought("Hm.", "anthropic:Sig")],
        tool_calls: vec![call("toolu_9", "read_file", "{\"path\":\"a\"}")],
        ..said(
            "I read.",
            Finish::ToolCalls,
            TokenUsage { cached_input: 11, cache_write: 7, ..usage(23, 13) },
        )
    };
    let mut got = whole(deltas).unwrap();
    // the file is indented, and arguments are kept as they were written
    got.tool_calls[0].arguments.retain(|letter| !letter.is_whitespace());
    assert_eq!(got, expected);
    for body in ["", "[]", "<html>", "{\"content\": 5}", "{}"] {
        let code = decode(body.as_bytes(), &request()).unwrap_err().code();
        assert!(matches!(code, "invalid_reply" | "stream_cut"), "{body}: {code}");
    }
}

#[test]
fn documented_refusals_become_typed_errors() {
    sorts_refusals(&fixtures());
}

#[test]
fn counts_and_models_are_read() {
    assert_eq!(decode_count(b"{\"input_tokens\": 2095}"), Ok(2_095));
    assert_eq!(decode_count(b"{}").unwrap_err().code(), "invalid_reply");
    let list = br#"{"data":[{"type":"model","id":"claude-a"}],"has_more":false}"#;
    assert_eq!(decode_models(list), Ok(vec!["claude-a".to_owned()]));
}
