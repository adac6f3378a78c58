//! Refusals become the errors that callers act on.

use std::time::Duration;

use serde_json::json;

use super::fixtures;
use crate::Error;
use crate::providers::refusal::{decode_error, decode_stream_error, snippet};
use crate::testing::sorts_refusals;

#[test]
fn recorded_refusals_become_typed_errors() {
    sorts_refusals(&fixtures());
}

#[test]
fn a_refusal_keeps_its_words_and_its_delay() {
    let wait = Some(Duration::from_secs(7));
    let body = br#"{"error":{"message":"slow\n down","code":"rate_limit_exceeded"}}"#;
    let expected = Error::RateLimited { retry_after: wait, message: "slow down".into() };
    assert_eq!(decode_error(429, wait, body, "m"), expected);
    let expected =
        Error::Overloaded { retry_after: wait, message: "status 503: <h1>busy</h1>".into() };
    assert_eq!(decode_error(503, wait, b"<h1>busy</h1>", "m"), expected);
    let expected = Error::ModelUnavailable { model: "m".into(), message: "no model m".into() };
    assert_eq!(decode_error(404, None, br#"{"error":"no model m"}"#, "m"), expected);
}

#[test]
fn what_is_wrong_with_a_request_is_not_the_providers_fault_in_a_stream_either() {
    let check = |code: &str, message: &str, expected: &str| {
        let error = json!({"code": code, "message": message});
        assert_eq!(decode_stream_error(&error, "m").code(), expected, "{code}");
    };
    check("invalid_base64_image", "it is no picture", "bad_request");
    check("failed_to_download_image", "404", "bad_request");
    check("invalid_prompt", "it cannot be read", "bad_request");
    check("invalid_prompt", "Your prompt was flagged by our usage policy", "content_filtered");
    check("image_content_policy_violation", "no", "content_filtered");
    check("server_error", "it broke", "overloaded");
}

#[test]
fn snippets_are_short_and_on_one_line() {
    assert_eq!(snippet(b" a\n\n b\t c "), "a b c");
    assert_eq!(snippet("é".repeat(5_000).as_bytes()).chars().count(), 200);
    assert_eq!(snippet(&[0xff, 0xfe]), "\u{fffd}\u{fffd}");
}
