//! What all doors promise, whatever the dialect.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::Value;

use super::{Asked, Door, Failure, Kind, Meta};
use crate::Error;
use crate::chat::{Delta, Finish, Message, Reply, Request, Thought, TokenUsage, ToolCall};
use crate::providers::refusal::decode_error;
use crate::providers::{anthropic, openai, openai_responses};
use crate::stream::Reader;
use crate::testing::{decode_pieces, reply, whole};

const DOORS: [Door; 3] = [Door::Chat, Door::Responses, Door::Messages];

fn meta() -> Meta {
    Meta { id: "call_7".into(), created: 1_795_219_200, model: "team/\"fast\"".into() }
}

fn asked() -> Asked {
    let request = Request::new("team/\"fast\"", vec![Message::user("hi")]);
    Asked { request, stream: true, include_usage: true }
}

fn call(index: usize, id: &str, name: &str, arguments: &str) -> Delta {
    Delta::ToolCall { index, id: id.into(), name: name.into(), arguments: arguments.into() }
}

fn text(text: &str) -> Delta {
    Delta::Text { text: text.into() }
}

fn refusal(text: &str) -> Delta {
    Delta::Refusal { text: text.into() }
}

/// Answers as they come, of every kind.
fn answers() -> Vec<Vec<Delta>> {
    let start = || Delta::Start { model: "up/stream".into(), scripted: false };
    let usage = || {
        Delta::Usage(TokenUsage { input: 30, output: 7, cached_input: 20, ..TokenUsage::default() })
    };
    let finish = |reason| Delta::Finish { reason };
    let thought = |text: &str| Delta::Reasoning { text: text.into() };
    vec![
        vec![start(), text("Hello – "), text("\"مرحبا\"\n👋"), usage(), finish(Finish::Stop)],
        vec![start(), text("cut"), usage(), finish(Finish::Length)],
        vec![start(), text("no"), usage(), finish(Finish::ContentFilter)],
        vec![start(), usage(), finish(Finish::Stop)],
        vec![start(), refusal("I can"), refusal("not."), usage(), finish(Finish::ContentFilter)],
        vec![start(), text("Well. "), refusal("No."), usage(), finish(Finish::ContentFilter)],
        vec![start(), refusal("I can"), usage(), finish(Finish::Length)],
        vec![
            start(),
            thought("hm "),
            thought("so"),
            text("Wait."),
            call(0, "a", "read", ""),
            call(0, "", "", "{\"p\":"),
            call(0, "", "", "1}"),
            call(1, "b", "list", "{}"),
            usage(),
            finish(Finish::ToolCalls),
        ],
        vec![
            start(),
            call(0, "a", "read", "{\"p\""),
            call(1, "b", "list", "{}"),
            call(0, "", "", ":1}"),
            usage(),
            finish(Finish::ToolCalls),
        ],
    ]
}

fn frames(door: Door, deltas: &[Delta]) -> Vec<u8> {
    let mut frames = door.frames(&meta(), &asked());
    let mut out = Vec::new();
    for delta in deltas {
        frames.push(delta, &mut out);
    }
    out
}

fn folded(deltas: Vec<Delta>) -> Reply {
    whole(deltas).unwrap()
}

/// What a client of this dialect reads.
fn read_by_client(door: Door, stream: &[u8]) -> Result<Reply, Error> {
    fn by<R: Reader>(stream: &[u8]) -> Result<Reply, Error> {
        reply(decode_pieces::<R>(&asked().request, [stream]))
    }
    match door {
        Door::Chat => by::<openai::Chat>(stream),
        Door::Responses => by::<openai_responses::Responses>(stream),
        Door::Messages => by::<anthropic::Messages>(stream),
    }
}

fn read_whole(door: Door, body: &[u8]) -> Reply {
    let deltas = match door {
        Door::Chat => openai::decode(body, &asked().request),
        Door::Responses => openai_responses::decode(body, &asked().request),
        Door::Messages => anthropic::decode(body, &asked().request),
    };
    folded(deltas.unwrap())
}

/// The reply as a client of this dialect sees it.
fn seen(door: Door, reply: Reply) -> Reply {
    let reply = Reply { model: meta().model, ..reply };
    match door {
        Door::Chat | Door::Responses => reply,
        // a refusal is words, and a reason for the end
        Door::Messages => {
            let content = reply.words().into_owned();
            Reply { content, refusal: String::new(), ..reply }
        }
    }
}

#[test]
fn a_client_reads_from_frames_what_was_said() {
    for door in DOORS {
        for deltas in answers() {
            let expected = seen(door, folded(deltas.clone()));
            let stream = frames(door, &deltas);
            assert_eq!(read_by_client(door, &stream), Ok(expected), "{door:?} {deltas:?}");
        }
    }
}

#[test]
fn a_client_reads_from_a_whole_answer_what_was_said() {
    for door in DOORS {
        for deltas in answers() {
            let reply = folded(deltas);
            let body = door.encode(&reply, &meta());
            assert_eq!(read_whole(door, &body), seen(door, reply), "{door:?}");
        }
    }
}

#[test]
fn a_call_that_nothing_was_written_for_has_no_arguments() {
    let deltas = [
        Delta::Start { model: "m".into(), scripted: false },
        call(0, "a", "now", ""),
        call(1, "b", "read", ""),
        call(1, "", "", "{\"p\":1}"),
        call(2, "c", "list", ""),
        Delta::Usage(TokenUsage { input: 1, output: 1, ..TokenUsage::default() }),
        Delta::Finish { reason: Finish::ToolCalls },
    ];
    let arguments = |reply: Reply| -> Vec<String> {
        reply.tool_calls.into_iter().map(|call| call.arguments).collect()
    };
    let expected = ["{}", "{\"p\":1}", "{}"];
    for door in [Door::Chat, Door::Responses] {
        let streamed = read_by_client(door, &frames(door, &deltas)).unwrap();
        assert_eq!(arguments(streamed), expected, "{door:?}");
        let whole = door.encode(&folded(deltas.to_vec()), &meta());
        assert_eq!(arguments(read_whole(door, &whole)), expected, "{door:?}");
    }
}

#[test]
fn a_refusal_stands_where_clients_of_each_dialect_look_for_it() {
    let deltas = [
        Delta::Start { model: "m".into(), scripted: false },
        refusal("No."),
        Delta::Usage(TokenUsage { input: 1, output: 1, ..TokenUsage::default() }),
        Delta::Finish { reason: Finish::ContentFilter },
    ];
    let whole = |door: Door| -> Value {
        serde_json::from_slice(&door.encode(&folded(deltas.to_vec()), &meta())).unwrap()
    };
    let chat = whole(Door::Chat);
    let choice = &chat["choices"][0];
    assert_eq!(choice["message"]["refusal"], "No.");
    assert_eq!(choice["message"]["content"], Value::Null);
    assert_eq!(choice["finish_reason"], "stop");
    let response = whole(Door::Responses);
    let parts = serde_json::json!([{"type": "refusal", "refusal": "No."}]);
    assert_eq!(response["status"], "completed");
    assert_eq!(response["output"][0]["content"], parts);
    let message = whole(Door::Messages);
    assert_eq!(message["stop_reason"], "refusal");
    assert_eq!(message["content"][0]["text"], "No.");
    let streamed = |door: Door| String::from_utf8(frames(door, &deltas)).unwrap();
    let chunks = streamed(Door::Chat);
    assert!(
        chunks.contains("\"delta\":{\"refusal\":\"No.\"}")
            && chunks.contains("\"finish_reason\":\"stop\""),
        "{chunks}"
    );
    let stream = streamed(Door::Responses);
    let names: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let expected = [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.refusal.delta",
        "response.refusal.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ];
    assert_eq!(names, expected);
    assert!(streamed(Door::Messages).contains("\"stop_reason\":\"refusal\""));
}

/// An answer after sealed thoughts.
fn sealed() -> Vec<Delta> {
    vec![
        Delta::Start { model: "m".into(), scripted: false },
        Delta::Reasoning { text: "hm".into() },
        Delta::Seal { seal: "gemini:G".into() },
        Delta::Seal { seal: "anthropic-redacted:R".into() },
        text("so"),
        Delta::Usage(TokenUsage { input: 1, output: 1, ..TokenUsage::default() }),
        Delta::Finish { reason: Finish::Stop },
    ]
}

#[test]
fn an_answer_that_is_told_again_says_the_same() {
    for door in DOORS {
        for deltas in answers().into_iter().chain([sealed()]) {
            let again = folded(deltas.clone()).to_deltas();
            let read = |deltas: &[Delta]| read_by_client(door, &frames(door, deltas)).unwrap();
            assert_eq!(read(&again), read(&deltas), "{door:?} {deltas:?}");
        }
    }
}

#[test]
fn seals_survive_the_doors_that_have_a_place_for_them() {
    let deltas = sealed();
    // the client's codec takes whatever the door sends for a seal of its own provider
    let thought = |text: &str, seal: &str| Thought { text: text.into(), seal: seal.into() };
    let expected = [thought("hm", "anthropic:gemini:G"), thought("", "anthropic-redacted:R")];
    let streamed = read_by_client(Door::Messages, &frames(Door::Messages, &deltas)).unwrap();
    assert_eq!(streamed.thoughts, expected);
    let whole = Door::Messages.encode(&folded(deltas), &meta());
    assert_eq!(read_whole(Door::Messages, &whole).thoughts, expected);
}

#[test]
fn the_text_at_which_a_model_stopped_passes_the_door_that_has_a_place_for_it() {
    let answer = |reason| {
        vec![
            Delta::Start { model: "m".into(), scripted: false },
            text("one, "),
            Delta::StopSequence { text: "two".into() },
            Delta::Usage(TokenUsage { input: 1, output: 1, ..TokenUsage::default() }),
            Delta::Finish { reason },
        ]
    };
    let check = |door: Door, reason: Finish, expected: Option<&str>| {
        let streamed = read_by_client(door, &frames(door, &answer(reason))).unwrap();
        let whole = read_whole(door, &door.encode(&folded(answer(reason)), &meta()));
        for reply in [streamed, whole] {
            assert_eq!((reply.finish, reply.stop_sequence.as_deref()), (reason, expected));
        }
    };
    check(Door::Messages, Finish::Stop, Some("two"));
    check(Door::Messages, Finish::Length, None);
    check(Door::Chat, Finish::Stop, None);
    check(Door::Responses, Finish::Stop, None);
}

#[test]
fn a_stream_that_fails_is_an_error_to_the_client() {
    let error = Error::Overloaded { retry_after: None, message: "busy".into() };
    for door in DOORS {
        let mut frames = door.frames(&meta(), &asked());
        let mut out = Vec::new();
        for delta in &answers()[0][..2] {
            frames.push(delta, &mut out);
        }
        frames.fail(&Failure::from(&error), &mut out);
        let read = read_by_client(door, &out).unwrap_err();
        assert_eq!(read.code(), "overloaded", "{door:?}: {read}");
    }
}

#[test]
fn a_failure_has_the_status_and_the_words_of_the_dialect() {
    let check = |door: Door, failure: &Failure, status: u16, kind: &str, code: &str| {
        let (got, body) = door.encode_failure(failure);
        let json: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((got, json["error"]["type"].as_str().unwrap()), (status, kind), "{door:?}");
        // and our own client sorts it as it should
        assert_eq!(decode_error(got, None, &body, "m").code(), code, "{door:?} {json}");
    };
    let failure = |kind| Failure::new(kind, "word", "what is wrong");
    let both = |kind, status, chat: &str, messages: &str, code: &str| {
        check(Door::Chat, &failure(kind), status, chat, code);
        check(Door::Messages, &failure(kind), status, messages, code);
    };
    both(
        Kind::InvalidRequest,
        400,
        "invalid_request_error",
        "invalid_request_error",
        "bad_request",
    );
    both(
        Kind::Unauthenticated,
        401,
        "authentication_error",
        "authentication_error",
        "unauthenticated",
    );
    both(Kind::Forbidden, 403, "permission_error", "permission_error", "unauthenticated");
    both(Kind::OutOfCredit, 429, "insufficient_quota", "billing_error", "out_of_credit");
    both(Kind::TooLarge, 413, "invalid_request_error", "request_too_large", "bad_request");
    both(Kind::RateLimited, 429, "rate_limit_error", "rate_limit_error", "rate_limited");
    both(Kind::Internal, 500, "server_error", "api_error", "overloaded");
    both(Kind::BadGateway, 502, "server_error", "api_error", "overloaded");
    let overloaded = failure(Kind::Overloaded);
    check(Door::Chat, &overloaded, 503, "server_error", "overloaded");
    check(Door::Messages, &overloaded, 529, "overloaded_error", "overloaded");
    both(Kind::Timeout, 504, "timeout_error", "timeout_error", "overloaded");
}

#[test]
fn trouble_with_our_own_key_is_not_the_clients() {
    let check = |error: Error, kind: Kind, code: &str| {
        let failure = Failure::from(&error);
        assert_eq!((failure.kind, failure.code.as_str()), (kind, code), "{error}");
    };
    let message = || "m".to_owned();
    check(Error::Unauthenticated { message: message() }, Kind::BadGateway, "unauthenticated");
    check(Error::OutOfCredit { message: message() }, Kind::BadGateway, "out_of_credit");
    check(
        Error::ContextTooLong { message: message() },
        Kind::InvalidRequest,
        "context_length_exceeded",
    );
    check(Error::StreamCut, Kind::BadGateway, "stream_cut");
    let retry_after = Some(Duration::from_secs(3));
    let failure = Failure::from(&Error::RateLimited { retry_after, message: message() });
    assert_eq!(failure.retry_after, retry_after);
    let gone = Error::ModelUnavailable { model: "x".into(), message: message() };
    assert_eq!(Failure::from(&gone).field.as_deref(), Some("model"));
}

#[test]
fn a_request_round_trips_through_its_own_door() {
    let request = Request {
        tools: vec![crate::chat::ToolSpec {
            name: "read".into(),
            description: "d".into(),
            parameters: serde_json::json!({"type": "object"}),
            strict: Some(false),
        }],
        max_output_tokens: Some(9),
        temperature: Some(0.5),
        stop: vec!["END".into()],
        ..Request::new(
            "claude-m",
            vec![
                Message::system("rules"),
                Message::user("hi"),
                Message {
                    role: crate::chat::Role::Assistant,
                    content: vec![crate::chat::Part::ToolCall(ToolCall {
                        id: "a".into(),
                        name: "read".into(),
                        arguments: "{\"p\":1}".into(),
                    })],
                },
                Message::tool_return("a", "ok"),
            ],
        )
    };
    let through = |door: Door, body: Vec<u8>| door.decode(&body).unwrap();
    let chat = openai::encode(&request, openai::Dialect::OpenAi, true).unwrap();
    let chat = through(Door::Chat, chat);
    assert_eq!((&chat.request, chat.stream, chat.include_usage), (&request, true, true));
    let responses = through(Door::Responses, openai_responses::encode(&request, true).unwrap());
    // this dialect has no texts at which to stop
    let expected = Request { stop: Vec::new(), ..request.clone() };
    assert_eq!((&responses.request, responses.stream), (&expected, true));
    let messages = through(Door::Messages, anthropic::encode(&request, false).unwrap());
    assert_eq!((&messages.request, messages.stream), (&request, false));
}
