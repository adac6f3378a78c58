//! OpenRouter's streams (`fixtures/openrouter`) through the codec of chats, cut and broken in
//! every way.

#![allow(clippy::unwrap_used)]

use base::Micros;

use crate::Error;
use crate::chat::{Finish, Message, Reply, Request, TokenUsage};
use crate::providers::openai::Chat;
use crate::testing::{
    Fixtures, call, decode_pieces, reply, said, survives_every_cut, survives_noise,
};

/// Every recorded stream.
const STREAMS: [&str; 7] = [
    "details.txt",
    "disconnected.txt",
    "error.txt",
    "own-key.txt",
    "rate-limited.txt",
    "text.txt",
    "tools.txt",
];

fn fixtures() -> Fixtures {
    Fixtures::of("openrouter")
}

fn request() -> Request {
    Request::new("asked-for", vec![Message::user("Say hello, please.")])
}

fn streamed(name: &str) -> Result<Reply, Error> {
    reply(decode_pieces::<Chat>(&request(), [&fixtures().read(name)[..]]))
}

fn usage(input: u64, output: u64, micros: i64) -> TokenUsage {
    TokenUsage { input, output, stated_cost: Some(Micros(micros)), ..TokenUsage::default() }
}

#[test]
fn documented_streams_decode_to_what_was_said() {
    let check = |name: &str, expected: Reply| assert_eq!(streamed(name), Ok(expected), "{name}");
    let claude = "anthropic/claude-sonnet-4.5";
    check(
        "text.txt",
        Reply {
            reasoning: "Think.".into(),
            ..said(
                claude,
                "Good day",
                Finish::Stop,
                TokenUsage { reasoning: 11, ..usage(14, 23, 387) },
            )
        },
    );
    check(
        "tools.txt",
        Reply {
            tool_calls: vec![
                call("tool_0_read_file", "read_file", "{\"path\":\"a\"}"),
                call("tool_1_now", "now", "{}"),
            ],
            ..said(
                "google/gemini-3-pro-preview",
                "",
                Finish::ToolCalls,
                TokenUsage { reasoning: 21, ..usage(82, 41, 1_900) },
            )
        },
    );
    // what is thought is in parts alone
    check(
        "details.txt",
        Reply {
            reasoning: "Two and two.".into(),
            ..said(
                "openai/gpt-5-mini",
                "Four.",
                Finish::Stop,
                TokenUsage { reasoning: 20, ..usage(14, 30, 70) },
            )
        },
    );
    // the provider bills its part of the cost apart
    check(
        "own-key.txt",
        said(
            claude,
            "Good day",
            Finish::Stop,
            TokenUsage { cached_input: 1_000, cache_write: 200, ..usage(1_214, 23, 2_000) },
        ),
    );
}

#[test]
fn an_error_inside_a_stream_fails_the_reply() {
    let message = || "Provider disconnected unexpectedly".to_owned();
    let failed = Error::Overloaded { retry_after: None, message: message() };
    assert_eq!(streamed("error.txt"), Err(failed.clone()));
    assert_eq!(streamed("disconnected.txt"), Err(failed));
    let message = "Rate limit exceeded upstream".to_owned();
    let limited = Error::RateLimited { retry_after: None, message };
    assert_eq!(streamed("rate-limited.txt"), Err(limited));
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
