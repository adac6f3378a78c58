//! Refusals, sorted into errors that callers act on. Servers agree on little but the
//! status, so known codes and phrases are looked for first.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::{Error, Result};

/// What a refusal says, wherever it says it.
#[derive(Debug, Default)]
struct Refusal {
    status: u16,
    /// Its `code`, `type` and `status`, in lower case.
    words: Vec<String>,
    message: String,
    retry_after: Option<Duration>,
}

/// Codes for what is wrong with a request, which in a stream come without a status. Most are
/// those of responses, whose pictures are looked at after the stream began.
const REQUEST_AT_FAULT: [&str; 17] = [
    "invalid_request_error",
    "invalid_argument",
    "request_too_large",
    "invalid_prompt",
    "invalid_image",
    "invalid_image_format",
    "invalid_base64_image",
    "invalid_image_url",
    "invalid_image_mode",
    "image_too_large",
    "image_too_small",
    "image_parse_error",
    "image_file_too_large",
    "unsupported_image_media_type",
    "empty_image_file",
    "failed_to_download_image",
    "image_file_not_found",
];

/// The error in an answer whose status is not 200.
pub fn decode_error(status: u16, retry_after: Option<Duration>, body: &[u8], model: &str) -> Error {
    let json = serde_json::from_slice::<Value>(body).unwrap_or(Value::Null);
    // Gemini's endpoint wraps the object in a list
    let json = json.get(0).unwrap_or(&json);
    let mut refusal = Refusal::read(json.get("error").unwrap_or(json));
    if refusal.message.is_empty() {
        refusal.message = format!("status {status}: {}", snippet(body));
    }
    let retry_after = retry_after.or(refusal.retry_after);
    Refusal { status, retry_after, ..refusal }.sort(model)
}

/// The error in the `error` field of a streamed event.
pub(crate) fn decode_stream_error(error: &Value, model: &str) -> Error {
    let mut refusal = Refusal::read(error);
    if refusal.message.is_empty() {
        refusal.message = snippet(error.to_string().as_bytes());
    }
    refusal.sort(model)
}

/// How long to wait, as Google says it: `"retryDelay": "17s"` among the details.
fn retry_delay(error: &Value) -> Option<Duration> {
    let details = error.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}

/// The start of a body, on one line, for messages.
pub fn snippet(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(2_000)]);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(200).collect()
}

/// The error in an answer that says it went well and is not what was asked for. A page for
/// people comes from no provider, so nothing was used; of anything else nobody knows.
pub(crate) fn not_json(media_type: &str, body: &[u8]) -> Error {
    let message = format!("it sends \"{media_type}\", which begins: {}", snippet(body));
    match media_type {
        "text/html" | "application/xhtml+xml" => Error::WrongAddress { message },
        _ => Error::invalid_reply(message),
    }
}

/// Reads a whole answer.
pub(crate) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| {
        Error::invalid_reply(format!("it cannot be read ({error}): {}", snippet(body)))
    })
}

/// Reads one event of a streamed answer.
pub(crate) fn parse_event<'a, T: Deserialize<'a>>(event: &'a str) -> Result<T> {
    serde_json::from_str(event).map_err(|error| {
        let start = snippet(event.as_bytes());
        Error::invalid_reply(format!("an event cannot be read ({error}): {start}"))
    })
}

impl Refusal {
    /// Reads `{message, type, code}`, `{message}`, `{detail}` or a bare text.
    fn read(error: &Value) -> Self {
        let text = |key: &str| error.get(key).and_then(Value::as_str);
        let message = text("message").or_else(|| text("detail")).or_else(|| error.as_str());
        let words = ["code", "type", "status"].into_iter().filter_map(text);
        let status = error.get("code").and_then(Value::as_u64).unwrap_or(0);
        Self {
            status: u16::try_from(status).unwrap_or(0),
            words: words.map(str::to_lowercase).collect(),
            message: snippet(message.unwrap_or_default().as_bytes()),
            retry_after: retry_delay(error),
        }
    }

    fn is(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }

    fn sort(self, model: &str) -> Error {
        if self.is_about_length() {
            Error::ContextTooLong { message: self.message }
        } else if self.is_about_content() {
            Error::ContentFiltered { message: self.message }
        } else if self.is_about_money() {
            Error::OutOfCredit { message: self.message }
        } else if self.is_about_key() {
            Error::Unauthenticated { message: self.message }
        } else if self.is_about_model() {
            Error::ModelUnavailable { model: model.to_owned(), message: self.message }
        } else {
            self.sort_by_status()
        }
    }

    fn is_about_length(&self) -> bool {
        self.is(&[
            "context_length_exceeded",
            "exceed_context_size_error",
            "string_above_max_length",
        ]) || (self.status < 500
            && self.says(&[
                "maximum context length",
                "context window",
                "available context size",
                "prompt is too long",
                "input token count",
                "exceeds the context",
                "exceeds context",
            ]))
    }

    fn is_about_content(&self) -> bool {
        self.is(&["content_filter", "content_policy_violation", "responsibleaipolicyviolation"])
            || self.is(&["image_content_policy_violation"])
            || (matches!(self.status, 0 | 400 | 403)
                && self.says(&["content management policy", "content policy", "was flagged"]))
    }

    fn is_about_money(&self) -> bool {
        self.status == 402
            || self.is(&["insufficient_quota", "billing_hard_limit_reached", "billing_error"])
            || (self.status == 400 && self.says(&["credit balance is too low"]))
    }

    fn is_about_key(&self) -> bool {
        self.is(&[
            "invalid_api_key",
            "authentication_error",
            "permission_error",
            "permission_denied",
        ]) || (self.status == 400 && self.says(&["api key not valid"]))
    }

    fn is_about_model(&self) -> bool {
        self.is(&["model_not_found", "deploymentnotfound", "model_not_available"])
            || (self.status == 404 && self.says(&["model", "no endpoints found"]))
            || (self.status == 400 && self.says(&["not a valid model", "model does not exist"]))
    }

    fn sort_by_status(self) -> Error {
        let Self { status, message, retry_after, .. } = &self;
        let (message, retry_after) = (message.clone(), *retry_after);
        match status {
            401 | 403 => Error::Unauthenticated { message },
            404 | 405 => Error::WrongAddress { message },
            300..=399 => Error::WrongAddress {
                message: format!(
                    "it redirects elsewhere, set the base URL to the final address: {message}"
                ),
            },
            429 => Error::RateLimited { retry_after, message },
            408 | 500.. => Error::Overloaded { retry_after, message },
            // inside a stream there is no status; the words are all there is
            0 if self.is(&["rate_limit_exceeded", "rate_limit_error", "resource_exhausted"]) => {
                Error::RateLimited { retry_after, message }
            }
            0 if self.is(&REQUEST_AT_FAULT) => Error::BadRequest { message },
            0 => Error::Overloaded { retry_after, message },
            1..=299 => Error::InvalidReply {
                message: format!("status {status} is not the answer to a chat: {message}"),
            },
            400..=499 => Error::BadRequest { message },
        }
    }
}
