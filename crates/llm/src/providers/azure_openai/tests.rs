//! Azure's streams (`fixtures/azure`) through the codec of chats, cut and broken in every
//! way: what its filter adds is no part of the answer, and what it stops is no whole one.

#![allow(clippy::unwrap_used)]

use super::{models_path, path};
use crate::chat::{Finish, Message, Reply, Request, TokenUsage};
use crate::providers::openai::Chat;
use crate::testing::{
    self, Fixtures, call, decode_pieces, reply, survives_every_cut, survives_noise, usage,
};
use crate::{Endpoint, Error};

/// Every recorded stream.
const STREAMS: [&str; 7] = [
    "async-blocked.txt",
    "async-filter.txt",
    "error.txt",
    "filtered.txt",
    "reasoning.txt",
    "text.txt",
    "tools.txt",
];

fn fixtures() -> Fixtures {
    Fixtures::of("azure")
}

/// The model is what the deployment is called.
fn request() -> Request {
    Request::new("my-deployment", vec![Message::user("Say hello, please.")])
}

fn streamed(name: &str) -> Result<Reply, Error> {
    reply(decode_pieces::<Chat>(&request(), [&fixtures().read(name)[..]]))
}

fn said(content: &str, finish: Finish, usage: TokenUsage) -> Reply {
    testing::said("gpt-4o-2024-11-20", content, finish, usage)
}

#[test]
fn operations_have_the_addresses_of_the_provider() {
    let check = |base: &str, version: Option<&str>, chat: &str, models: &str| {
        let endpoint = Endpoint::new(base);
        assert_eq!(path(&endpoint, version, "my gpt", "chat/completions"), chat, "{base}");
        assert_eq!(models_path(&endpoint, version), models, "{base}");
    };
    let dated = "deployments/my%20gpt/chat/completions?api-version=2024-10-21";
    check(
        "https://x.openai.azure.com",
        Some("2024-10-21"),
        &format!("openai/{dated}"),
        "openai/models?api-version=2024-10-21",
    );
    check(
        "https://x.openai.azure.com/openai/",
        Some("2024-10-21"),
        dated,
        "models?api-version=2024-10-21",
    );
    check("https://x.openai.azure.com/", None, "openai/v1/chat/completions", "openai/v1/models");
    check("https://x.openai.azure.com/openai/v1/", None, "chat/completions", "models");
    check("https://x.openai.azure.com/openai", None, "v1/chat/completions", "v1/models");
}

#[test]
fn documented_streams_decode_to_what_was_said() {
    let check = |name: &str, expected: Reply| assert_eq!(streamed(name), Ok(expected), "{name}");
    let estimated = |output| TokenUsage { estimated: true, ..usage(13, output) };
    check(
        "text.txt",
        said("Hello – مرحبا 👋", Finish::Stop, TokenUsage { cached_input: 8, ..usage(19, 10) }),
    );
    check(
        "tools.txt",
        Reply {
            tool_calls: vec![
                call("call_az1", "read_file", "{\"path\": \"a\"}"),
                call("call_az2", "now", "{}"),
            ],
            ..said("", Finish::ToolCalls, usage(82, 41))
        },
    );
    check("filtered.txt", said("The first step", Finish::ContentFilter, usage(19, 7)));
    check("async-filter.txt", said("Red and blue", Finish::Stop, estimated(3)));
    check("async-blocked.txt", said("Take the knife", Finish::ContentFilter, estimated(4)));
    check(
        "reasoning.txt",
        Reply {
            model: "o4-mini-2025-04-16".into(),
            ..said("Four.", Finish::Stop, TokenUsage { reasoning: 64, ..usage(15, 75) })
        },
    );
}

#[test]
fn a_prompt_that_the_filter_refuses_costs_nothing() {
    let error = streamed("error.txt").unwrap_err();
    assert_eq!(error.code(), "content_filtered");
    assert!(error.used_nothing());
    assert!(error.to_string().contains("content management policy"), "{error}");
}

#[test]
fn every_recorded_stream_is_in_the_list() {
    assert_eq!(fixtures().streams(), STREAMS);
}

#[test]
fn a_stream_cut_at_any_byte_is_never_half_a_reply() {
    // at most the usage event's last byte and "[DONE]" with its line ends may be missing
    survives_every_cut::<Chat>(&fixtures(), &request(), 20);
}

#[test]
fn a_broken_stream_still_ends_exactly_once() {
    survives_noise::<Chat>(&fixtures(), &request());
}
