//! What recorded answers mean.

use super::super::{decode, decode_models};
use super::{STREAMS, decode_pieces, fixture, fixtures, reply, request};
use crate::Error;
use crate::chat::{Finish, Reply, TokenUsage};
use crate::testing::{call, said, usage, whole};

#[test]
fn recorded_streams_decode_to_what_was_said() {
    let check = |name: &str, expected: Reply| {
        assert_eq!(reply(decode_pieces([&fixture(name)[..]])), Ok(expected), "{name}");
    };
    check(
        "openai-text.txt",
        said(
            "gpt-4o-mini-2024-07-18",
            "Hello – مرحبا 👋",
            Finish::Stop,
            TokenUsage { cached_input: 8, ..usage(19, 10) },
        ),
    );
    check(
        "openai-parallel-tools.txt",
        Reply {
            tool_calls: vec![
                call("call_a1", "read_file", r#"{"path":"src/main.rs"}"#),
                call("call_b2", "list_files", r#"{"under":"src"}"#),
            ],
            ..said(
                "gpt-4o-mini-2024-07-18",
                "",
                Finish::ToolCalls,
                TokenUsage { cached_input: 8, ..usage(82, 41) },
            )
        },
    );
    check(
        "llama-cpp-reasoning.txt",
        Reply {
            reasoning: "The user greets.".into(),
            ..said(
                "qwen2.5-coder-0.5b-instruct",
                r#"{"greeting": "hi"}"#,
                Finish::Stop,
                usage(19, 9),
            )
        },
    );
    check(
        "llama-cpp-recorded.txt",
        said(
            "qwen2.5-coder-0.5b-instruct",
            "Hello in French is \"Bonjour\" and in Arabic is \"",
            Finish::Length,
            TokenUsage { cached_input: 24, ..usage(37, 12) },
        ),
    );
    check(
        "ollama-tools.txt",
        Reply {
            reasoning: "Two reads.".into(),
            tool_calls: vec![
                call("call_x1", "read_file", r#"{"path":"a"}"#),
                call("call_x2", "read_file", r#"{"path":"b"}"#),
            ],
            ..said("llama3.2", "", Finish::ToolCalls, usage(171, 38))
        },
    );
    check(
        "ollama-no-usage.txt",
        said(
            "llama3.2",
            "Hi there, how are you?",
            Finish::Stop,
            TokenUsage { estimated: true, ..usage(13, 6) },
        ),
    );
    check("vllm-length-crlf.txt", said("qwen", "One two three", Finish::Length, usage(5, 3)));
}

#[test]
fn an_error_inside_a_stream_fails_the_reply() {
    let error = reply(decode_pieces([&fixture("lm-studio-error.txt")[..]])).unwrap_err();
    let message =
        "The model has crashed without additional information. (Exit code: null)".to_owned();
    assert_eq!(error, Error::Overloaded { retry_after: None, message });
}

#[test]
fn every_recorded_stream_is_in_the_list() {
    assert_eq!(fixtures().streams(), STREAMS);
}

#[test]
fn whole_answers_decode_like_streams() {
    let check = |name: &str, expected: Reply| {
        let deltas = decode(&fixture(name), &request()).unwrap();
        assert_eq!(whole(deltas), Ok(expected), "{name}");
    };
    check(
        "openai-whole.json",
        said(
            "gpt-4o-mini-2024-07-18",
            "Hello",
            Finish::Stop,
            TokenUsage { cached_input: 8, ..usage(19, 10) },
        ),
    );
    check(
        "llama-cpp-whole-tools.json",
        Reply {
            reasoning: "I read.".into(),
            tool_calls: vec![call("k9", "read_file", r#"{"path":"a"}"#)],
            ..said("qwen2.5", "", Finish::ToolCalls, usage(160, 17))
        },
    );
}

#[test]
fn small_streams_show_each_tolerated_quirk() {
    let check = |stream: &str, expected: Result<Reply, &str>| {
        let got = reply(decode_pieces([stream.as_bytes()]));
        assert_eq!(
            got.as_ref().map_err(Error::code),
            expected.as_ref().map_err(|code| *code),
            "{stream}"
        );
    };
    let estimated = |output| TokenUsage { estimated: true, ..usage(13, output) };
    let tools = |calls| Reply {
        tool_calls: calls,
        ..said("asked-for", "", Finish::ToolCalls, estimated(0))
    };
    // [DONE] without a blank line after it
    check(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]",
        Ok(said("asked-for", "a", Finish::Stop, estimated(1))),
    );
    // usage that was not counted, and nulls everywhere
    check(
        "data: {\"model\":null,\"choices\":[{\"index\":null,\"delta\":{\"content\":\"a\",\"tool_calls\":null},\
         \"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0},\"error\":null}\n\n\
         data: [DONE]\n\n",
        Ok(said("asked-for", "a", Finish::Stop, estimated(1))),
    );
    // calls without number or id, with arguments that are an object; "stop" instead of "tool_calls"
    check(
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}]},\
         \"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
        Ok(Reply { usage: usage(1, 2), ..tools(vec![call("call_0", "f", "{\"a\":1}")]) }),
    );
    check(
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\"}},\
         {\"function\":{\"arguments\":\"}\"}},{\"function\":{\"name\":\"g\"}}]},\"finish_reason\":\"tool_calls\"}],\
         \"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
        Ok(Reply {
            usage: usage(1, 2),
            ..tools(vec![call("call_0", "f", "{}"), call("call_1", "g", "")])
        }),
    );
    // a second choice is not mixed in
    check(
        "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}},{\"index\":0,\"delta\":{\"content\":\"a\"},\
         \"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        Ok(said("asked-for", "a", Finish::Stop, estimated(1))),
    );
    // counted before the answer, beside the answer, and at Groq apart from both
    check(
        "data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":0}}\n\n\
         data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\",\"usage\":\
         {\"prompt_tokens\":2,\"completion_tokens\":3}}]}\n\ndata: [DONE]\n\n",
        Ok(said("asked-for", "a", Finish::Stop, usage(2, 3))),
    );
    check(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\
         \"usage\":null,\"x_groq\":{\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3}}}\n\n",
        Ok(said("asked-for", "a", Finish::Stop, usage(2, 3))),
    );
    // what is said in parts, and a token's number for where it stopped
    check(
        "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},\
         {\"type\":\"reference\",\"reference_ids\":[1]},{\"type\":\"text\",\"text\":\"a\"}]},\
         \"finish_reason\":\"stop\",\"stop_reason\":128009}]}\n\ndata: [DONE]\n\n",
        Ok(Reply { reasoning: "hm".into(), ..said("asked-for", "a", Finish::Stop, estimated(1)) }),
    );
    check("", Err("stream_cut"));
    check("data: {\"choices\":[],\"model\":\"\"}\n\ndata: [DONE]\n\n", Err("stream_cut"));
    check("data: [DONE]\n\n", Err("stream_cut"));
    check(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n",
        Err("stream_cut"),
    );
    check("data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n", Err("stream_cut"));
    check("data: nonsense\n\n", Err("invalid_reply"));
    check("data: {\"choices\":[{\"finish_reason\":\"because\"}]}\n\n", Err("invalid_reply"));
    check("data: {\"choices\":[{\"finish_reason\":\"error\"}]}\n\n", Err("overloaded"));
    check("data: {\"error\":{\"message\":\"slow\",\"code\":429}}\n\n", Err("rate_limited"));
    check("data: {\"error\":\"broken\"}\n\n", Err("overloaded"));
}

#[test]
fn the_list_of_models_is_read() {
    let list = br#"{"object":"list","data":[{"id":"a","object":"model"},{"id":"b"}],"models":[]}"#;
    assert_eq!(decode_models(list), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(decode_models(b"<html>").unwrap_err().code(), "invalid_reply");
}
