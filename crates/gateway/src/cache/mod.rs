//! Answers that were given before: exactly the same question costs nothing again.
//!
//! Start with [`Memory`], which has [`Answers`] of each kind, each for its own time
//! ([`CacheTimes`]). The key is everything that shapes an answer, the tenant first; who asks
//! the same at the same time waits for the one who asked before (`flight.rs`). A question that
//! only means the same costs no more than its vector, where that is wanted ([`semantic`]).

mod answers;
mod flight;
mod given;
mod key;
mod kind;
mod semantic;

pub(crate) use answers::{Answers, Turn};
pub(crate) use flight::Lead;
pub(crate) use given::{Given, Unshared};
pub(crate) use key::{Key, embeddings_key, key};
pub use kind::CacheTimes;
pub use semantic::SemanticCache;
pub(crate) use semantic::{Look, Question, Semantic, Spot};

use std::sync::Arc;

use axum::http::HeaderMap;
use base::Clock;
use llm::TokenCount;
use llm::chat::{Reply, Request};
use llm::embedding::Embeddings;

const MIB: u64 = 1024 * 1024;

/// What is remembered of each kind of answer.
pub(crate) struct Memory {
    pub(crate) chat: Answers<Given<Reply>>,
    pub(crate) embeddings: Answers<Given<Embeddings>>,
    pub(crate) token_counts: Answers<TokenCount>,
    /// Answers of a chat by the meaning of their questions, where that is wanted.
    pub(crate) semantic: Option<Semantic>,
}

impl Memory {
    /// Remembers nothing yet.
    pub(crate) fn new(
        times: CacheTimes,
        semantic: Option<SemanticCache>,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        Self {
            semantic: semantic.map(|settings| Semantic::new(settings, times.chat, clock.clone())),
            chat: Answers::new(24 * MIB, times.chat, clock.clone()),
            embeddings: Answers::new(12 * MIB, times.embeddings, clock.clone()),
            token_counts: Answers::new(MIB, times.token_counts, clock.clone()),
        }
    }
}

/// The header by which clients ask for the cache or against it, and by which they hear.
pub(crate) const HEADER: &str = "x-cache";
/// The header by which they hear how much another question was like theirs.
pub(crate) const SIMILARITY: &str = "x-cache-similarity";

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

/// Whether vectors and counts of tokens may come from the cache and go into it: there is no
/// chance in them, so any do unless the client says `x-cache: bypass`.
pub(crate) fn may_use_for_fixed(headers: &HeaderMap) -> bool {
    headers.get(HEADER).is_none_or(|value| value.as_bytes() != b"bypass")
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
