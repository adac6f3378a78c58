//! Answers that were given before: exactly the same question costs nothing again.
//!
//! Start with [`Answers`]. The key is everything that shapes an answer, the tenant first;
//! who asks the same at the same time waits for the one who asked before.

mod answers;
mod key;

pub(crate) use answers::{Answers, Given, Unshared};
pub(crate) use key::{Key, key};

use axum::http::HeaderMap;
use llm::chat::Request;

/// The header by which clients ask for the cache or against it, and by which they hear.
pub(crate) const HEADER: &str = "x-cache";

/// Answers to colder questions than this are the same again, near enough.
const COLD: f64 = 0.3;

/// Whether an answer to this may come from the cache and go into it: a cold question does
/// by itself, any other when the client says `x-cache: use`, none that says `x-cache: bypass`.
pub(crate) fn may_use(headers: &HeaderMap, request: &Request) -> bool {
    match headers.get(HEADER).map(axum::http::HeaderValue::as_bytes) {
        Some(b"use") => true,
        Some(b"bypass") => false,
        _ => request.temperature.is_some_and(|temperature| temperature <= COLD),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn cold_questions_are_remembered_unless_the_client_says_otherwise() {
        let check = |header: Option<&'static str>, temperature: Option<f64>, expected: bool| {
            let mut headers = HeaderMap::new();
            if let Some(value) = header {
                headers.insert(HEADER, HeaderValue::from_static(value));
            }
            let request = Request { temperature, ..Request::default() };
            assert_eq!(may_use(&headers, &request), expected, "{header:?} {temperature:?}");
        };
        check(None, None, false);
        check(None, Some(0.0), true);
        check(None, Some(0.3), true);
        check(None, Some(0.31), false);
        check(Some("use"), None, true);
        check(Some("bypass"), Some(0.0), false);
    }
}
