//! The codec against documented answers (`fixtures/ollama`), cut and broken in every way.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{Spoken, decode, decode_embeddings, decode_models, encode, encode_embeddings, path};
use crate::Error;
use crate::chat::{
    Effort, Finish, Image, Message, OutputSchema, Part, Reasoning, Reply, Request, Role,
    TokenUsage, ToolChoice,
};
use crate::embedding::{EmbedInput, EmbedRequest};
use crate::testing::{
    self, Fixtures, call, decode_pieces, is_capped, reply, sorts_refusals, survives_every_cut,
    survives_noise, survives_random_bytes, tool, usage, whole,
};

fn fixtures() -> Fixtures {
    Fixtures::of("ollama")
}

fn request() -> Request {
    Request::new("llama3.2", vec![Message::user("Say hello, please.")])
}

fn said(content: &str, finish: Finish, usage: TokenUsage) -> Reply {
    testing::said("llama3.2", content, finish, usage)
}

fn streamed(name: &str) -> Result<Reply, Error> {
    reply(decode_pieces::<Spoken>(&request(), [&fixtures().read(name)[..]]))
}

#[test]
fn documented_streams_decode_to_what_was_said() {
    let check = |name: &str, expected: Reply| assert_eq!(streamed(name), Ok(expected), "{name}");
    check("text.txt", said("Hello – مرحبا 👋", Finish::Stop, usage(26, 10)));
    check(
        "tools.txt",
        Reply {
            reasoning: "Two files.".into(),
            tool_calls: vec![
                call("call_1_0", "read_file", "{\"path\":\"a\"}"),
                call("call_1_1", "now", "{}"),
            ],
            ..said("", Finish::ToolCalls, usage(171, 38))
        },
    );
    let qwen = |reply| Reply { model: "qwen3:4b".into(), ..reply };
    check(
        "thinking.txt",
        qwen(Reply {
            reasoning: "Two and two.".into(),
            ..said("Four.", Finish::Stop, usage(17, 24))
        }),
    );
    check(
        "call-ids.txt",
        qwen(Reply {
            reasoning: "Both.".into(),
            tool_calls: vec![
                call("call_8xj2", "read_file", "{\"path\":\"a\"}"),
                call("call_9pq4", "now", "{}"),
            ],
            ..said("", Finish::ToolCalls, usage(171, 38))
        }),
    );
    check(
        "remote.txt",
        Reply {
            model: "gpt-oss:120b-cloud".into(),
            ..said("Good day", Finish::Stop, usage(73, 9))
        },
    );
    check("length.txt", said("Once", Finish::Length, usage(5, 3)));
    let estimated = TokenUsage { estimated: true, ..usage(13, 2) };
    check("uncounted.txt", said("Hi there", Finish::Stop, estimated));
    assert_eq!(streamed("error.txt").unwrap_err().code(), "overloaded");
    assert_eq!(streamed("unloaded.txt").unwrap_err().code(), "overloaded");
}

#[test]
fn every_recorded_stream_is_in_the_list() {
    let streams = [
        "call-ids.txt",
        "error.txt",
        "length.txt",
        "remote.txt",
        "text.txt",
        "thinking.txt",
        "tools.txt",
        "uncounted.txt",
        "unloaded.txt",
    ];
    assert_eq!(fixtures().streams(), streams);
}

#[test]
fn a_whole_answer_decodes_like_a_stream() {
    let deltas = decode(&fixtures().read("whole.json"), &request()).unwrap();
    let expected = Reply { reasoning: "Hm.".into(), ..said("Hello", Finish::Stop, usage(9, 2)) };
    assert_eq!(whole(deltas), Ok(expected));
    for body in ["", "[]", "<html>", "{}"] {
        let code = decode(body.as_bytes(), &request()).unwrap_err().code();
        assert!(matches!(code, "invalid_reply" | "stream_cut"), "{body}: {code}");
    }
}

#[test]
fn everything_that_is_set_is_sent() {
    let picture = Image::base64("image/png", "AA");
    let messages = vec![
        Message::system("rules"),
        Message {
            role: Role::User,
            content: vec![Part::Text { text: "see".into() }, Part::Image(picture)],
        },
        Message {
            role: Role::Assistant,
            content: vec![
                Part::ToolCall(call("a", "read", "{\"p\":1}")),
                Part::ToolCall(call("b", "read", "broken")),
            ],
        },
        Message::tool_return("a", "ok"),
    ];
    let request = Request {
        tools: vec![tool("read"), tool("list")],
        tool_choice: ToolChoice::Tool("read".into()),
        output_schema: Some(OutputSchema {
            name: "s".into(),
            schema: json!({"type": "object"}),
            strict: None,
        }),
        reasoning: Some(Reasoning::Effort(Effort::Low)),
        max_output_tokens: Some(9),
        temperature: Some(0.5),
        ..Request::new("m", messages)
    };
    let body: Value = serde_json::from_slice(&encode(&request, true).unwrap()).unwrap();
    let expected = json!({
        "model": "m",
        "messages": [
            {"role": "system", "content": "rules"},
            {"role": "user", "content": "see", "images": ["AA"]},
            {"role": "assistant", "content": "", "tool_calls": [
                {"function": {"name": "read", "arguments": {"p": 1}}},
                {"function": {"name": "read", "arguments": {}}},
            ]},
            {"role": "tool", "content": "ok", "tool_name": "read"},
        ],
        "tools": [{"type": "function", "function": {
            "name": "read", "description": "d", "parameters": {"type": "object"},
        }}],
        "format": {"type": "object"},
        "stream": true,
        "think": "low",
        "options": {"num_predict": 9, "temperature": 0.5},
    });
    assert_eq!(body, expected);
    let link = Part::Image(Image::url("https://example.com/a.png"));
    let linked = Request::new("m", vec![Message { role: Role::User, content: vec![link] }]);
    assert_eq!(encode(&linked, true).unwrap_err().code(), "unsupported");
}

#[test]
fn models_and_embeddings_are_asked_for_and_read() {
    assert_eq!(path("http://127.0.0.1:11434", "chat"), "api/chat");
    assert_eq!(path("http://127.0.0.1:11434/api/", "chat"), "chat");
    assert_eq!(path("http://127.0.0.1:11434/v1", "chat"), "../api/chat");
    let list = br#"{"models":[{"name":"llama3.2:latest","size":1}]}"#;
    assert_eq!(decode_models(list), Ok(vec!["llama3.2:latest".to_owned()]));
    let request = EmbedRequest {
        model: "m".into(),
        input: EmbedInput::Texts(vec!["a".into()]),
        dimensions: None,
        user: None,
    };
    let body = encode_embeddings(&request).unwrap();
    assert_eq!(body, br#"{"model":"m","input":["a"]}"#);
    let answer = br#"{"model":"m","embeddings":[[0.5]],"prompt_eval_count":3}"#;
    let got = decode_embeddings(answer, &request).unwrap();
    assert_eq!((got.vectors[0][0], got.usage), (0.5, usage(3, 0)));
}

#[test]
fn documented_refusals_become_typed_errors() {
    sorts_refusals(&fixtures());
}

#[test]
fn a_stream_cut_at_any_byte_is_never_half_a_reply() {
    // the last line's end may be missing
    survives_every_cut::<Spoken>(&fixtures(), &request(), 1);
}

#[test]
fn a_broken_stream_still_ends_exactly_once() {
    survives_noise::<Spoken>(&fixtures(), &request());
    survives_random_bytes::<Spoken>(&request());
}

#[test]
fn an_endless_stream_is_stopped_at_its_limit() {
    is_capped::<Spoken>(&request());
}
