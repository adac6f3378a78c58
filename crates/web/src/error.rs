//! Errors as `application/problem+json` (RFC 9457). This is the one mapping to status codes.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::RequestId;
use serde::{Deserialize, Serialize};

/// A handler's answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A field that was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's path: `steps[2].agent`.
    pub field: String,
    /// One sentence naming the fix.
    pub message: String,
}

/// The body of every error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// A link to the error's documentation.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable word to act on: `not_found`.
    pub code: String,
    /// One sentence naming the thing and the fix.
    pub detail: String,
    /// Quote it when asking for help; the log has the same.
    pub request_id: Option<String>,
    /// The fields that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// An error on its way to the client.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    detail: String,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
    request_id: Option<RequestId>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What was asked for does not exist, or not for this caller.
pub fn not_found(kind: &str, id: impl std::fmt::Display) -> Error {
    Error::new(StatusCode::NOT_FOUND, "not_found", format!("there is no {kind} \"{id}\""))
}

/// Somebody else changed it, or it exists already.
pub fn conflict(detail: impl Into<String>) -> Error {
    Error::new(StatusCode::CONFLICT, "conflict", detail.into())
}

/// The thing is not in a state in which this can be done.
pub fn invalid_state(detail: impl Into<String>) -> Error {
    Error::new(StatusCode::CONFLICT, "invalid_state", detail.into())
}

/// A field cannot be used as given.
pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Error {
    let (field, message) = (field.into(), message.into());
    let mut error =
        Error::new(StatusCode::BAD_REQUEST, "validation_error", format!("{field}: {message}"));
    error.0.fields.push(FieldError { field, message });
    error
}

/// A field names something that does not exist.
pub fn unknown(field: impl Into<String>, message: impl Into<String>) -> Error {
    let (field, message) = (field.into(), message.into());
    let detail = format!("{field}: {message}");
    let mut error = Error::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_reference", detail);
    error.0.fields.push(FieldError { field, message });
    error
}

/// The caller may not do this.
pub fn forbidden(detail: impl Into<String>) -> Error {
    Error::new(StatusCode::FORBIDDEN, "forbidden", detail.into())
}

impl Error {
    /// Any other error; prefer the constructors with a name.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
            request_id: None,
            source: None,
        }))
    }

    /// Nobody is signed in.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    }

    /// Several fields cannot be used as given.
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let detail = fields.first().map_or_else(
            || "the request cannot be used as given".to_owned(),
            |first| format!("{}: {}", first.field, first.message),
        );
        let mut error = Self::new(StatusCode::BAD_REQUEST, "validation_error", detail);
        error.0.fields = fields;
        error
    }

    /// Too much at once; the client may try again after the time given.
    pub fn rate_limited(detail: impl Into<String>, retry_after: Duration) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        error.0.retry_after = Some(retry_after);
        error
    }

    /// Something of ours is not available now; the client may try again after the time given.
    pub fn unavailable(
        code: &'static str,
        detail: impl Into<String>,
        retry_after: Duration,
    ) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        error.0.retry_after = Some(retry_after);
        error
    }

    /// A defect of ours; the client sees no detail, the log does.
    pub fn internal(reason: impl Into<String>) -> Self {
        let mut error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong on our side; the server's log has the details under this request id",
        );
        error.0.source = Some(reason.into().into());
        error
    }

    /// The status that the client will see.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable word that the client will see.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The sentence that the client will see.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Whether the caller was refused for want of rights.
    pub fn is_forbidden(&self) -> bool {
        self.0.status == StatusCode::FORBIDDEN
    }

    /// The same error with the request that it answers.
    #[must_use]
    pub fn with_request(mut self, request_id: RequestId) -> Self {
        self.0.request_id.get_or_insert(request_id);
        self
    }

    /// The body that the client will see.
    pub fn problem(&self) -> Problem {
        Problem {
            kind: format!("https://hishamos.com/problems/{}", self.0.code.replace('_', "-")),
            title: self.0.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.0.status.as_u16(),
            code: self.0.code.to_owned(),
            detail: self.0.detail.clone(),
            request_id: self.0.request_id.map(|id| id.to_string()),
            errors: self.0.fields.clone(),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl std::error::Error for Error {
    /// What the log is told and the client is not.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::DiskFull => {
                let mut full =
                    Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk_full", error.to_string());
                full.0.retry_after = Some(Duration::from_secs(30));
                full
            }
            store::Error::Duplicate(what) => conflict(format!("{what} exists already")),
            store::Error::WriterStopped(reason) => Self::unavailable(
                "not_written",
                format!("nothing was written: {reason}; try again in a moment"),
                Duration::from_secs(2),
            ),
            store::Error::Unreachable(_) => {
                let mut unreachable = Self::unavailable(
                    "database_unavailable",
                    "the database cannot be reached; try again in a moment",
                    Duration::from_secs(2),
                );
                unreachable.0.source = Some(Box::new(error));
                unreachable
            }
            other => {
                let mut error = Self::internal("");
                error.0.source = Some(Box::new(other));
                error
            }
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Some(source) = &self.0.source {
            tracing::error!(request.id = ?self.0.request_id, code = self.0.code, "request failed: {source}");
        }
        let mut response = (self.0.status, axum::Json(self.problem())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}
