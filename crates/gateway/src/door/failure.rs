//! A refusal in the dialect of the door.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use llm::Denial;
use llm::door::{Door, Failure, Kind};

use crate::budget::{Exceeded, OnExceeded};
use crate::ledger::slices::Refusal;
use crate::limit::TooMuch;

/// The header by which OpenAI's and Anthropic's libraries learn whether to try again.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// The answer that says why there is none.
pub(super) fn response(door: Door, failure: &Failure) -> Response {
    let (status, body) = door.encode_failure(failure);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let retry = if failure.kind.should_retry() { "true" } else { "false" };
    headers.insert(SHOULD_RETRY, HeaderValue::from_static(retry));
    if let Some(wait) = failure.retry_after {
        let seconds = wait.as_millis().div_ceil(1_000).max(1);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(1)));
    }
    response
}

/// Somebody without a key that counts.
pub(super) fn no_key() -> Failure {
    Failure::new(
        Kind::Unauthenticated,
        "invalid_api_key",
        "send a virtual key that is valid, as \"Authorization: Bearer hk-…\" or \"x-api-key: hk-…\"",
    )
}

/// The key may not do this.
pub(super) fn forbidden(code: &str, message: impl Into<String>) -> Failure {
    Failure::new(Kind::Forbidden, code, message)
}

/// The database could not be asked.
pub(super) fn store(error: &store::Error) -> Failure {
    tracing::error!("a door could not ask the database: {error}");
    let mut failure =
        Failure::new(Kind::Overloaded, "unavailable", "the server cannot look this up now");
    failure.retry_after = Some(std::time::Duration::from_secs(1));
    failure
}

/// A limit is reached.
pub(super) fn too_much(reached: &TooMuch) -> Failure {
    let TooMuch { subject, what, limit, per, retry_after } = reached;
    let message = match retry_after {
        Some(_) => format!("{subject} has used its {limit} {what} a {per}; come again later"),
        None => format!("{subject} has {limit} {what} a {per}, fewer than this request takes"),
    };
    let kind = if retry_after.is_some() { Kind::RateLimited } else { Kind::InvalidRequest };
    let code = if *per == "day" { Denial::Day.as_str() } else { "rate_limit_exceeded" };
    let mut failure = Failure::new(kind, code, message);
    failure.retry_after = *retry_after;
    failure
}

/// The ledger gives no money.
pub(super) fn refused(refusal: &Refusal) -> Failure {
    match refusal {
        Refusal::Exceeded(exceeded) => exceeded_budget(exceeded),
        Refusal::Unpriced(model) => {
            let (model, message) = (model.clone(), crate::price::MISSING.to_owned());
            Failure::from(&llm::Error::ModelUnavailable { model, message })
        }
        Refusal::Unavailable(message) => {
            let mut failure = Failure::new(Kind::Overloaded, "unavailable", message.clone());
            failure.retry_after = Some(std::time::Duration::from_secs(1));
            failure
        }
    }
}

fn exceeded_budget(exceeded: &Exceeded) -> Failure {
    let code = match exceeded.on_exceeded {
        OnExceeded::Pause => "budget_paused",
        OnExceeded::Stop | OnExceeded::Fallback(_) => "budget_exceeded",
    };
    Failure::new(Kind::OutOfCredit, code, exceeded.to_string())
}
