//! Refusals become the errors that callers act on.

use std::time::Duration;

use super::fixtures;
use crate::Error;
use crate::providers::refusal::{decode_error, snippet};
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
fn snippets_are_short_and_on_one_line() {
    assert_eq!(snippet(b" a\n\n b\t c "), "a b c");
    assert_eq!(snippet("é".repeat(5_000).as_bytes()).chars().count(), 200);
    assert_eq!(snippet(&[0xff, 0xfe]), "\u{fffd}\u{fffd}");
}
