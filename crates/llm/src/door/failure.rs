//! Why a client gets no answer, before it is put into the client's dialect.

use std::time::Duration;

use super::FieldError;
use crate::{Denial, Error};

/// Why a client gets no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of trouble it is.
    pub kind: Kind,
    /// A stable word for programs.
    pub code: String,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// The field of the request that is to blame.
    pub field: Option<String>,
    /// How long to wait before asking again; goes into the header `retry-after`.
    pub retry_after: Option<Duration>,
}

/// Kinds of trouble, as far as dialects tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is wrong in itself.
    InvalidRequest,
    /// The client's key is missing or wrong.
    Unauthenticated,
    /// The client's key may not do this.
    Forbidden,
    /// There is no such model, or no such address.
    NotFound,
    /// A budget or credit is used up; waiting does not help.
    OutOfCredit,
    /// The body is larger than can be taken.
    TooLarge,
    /// Too many requests or tokens.
    RateLimited,
    /// The client gave up.
    Cancelled,
    /// Something of ours is broken.
    Internal,
    /// The provider is broken, or misunderstood.
    BadGateway,
    /// The provider, or we, have more to do than can be done.
    Overloaded,
    /// The provider did not answer in time.
    Timeout,
}

impl Kind {
    /// The HTTP status, in every dialect that has no other one of its own.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::OutOfCredit | Self::RateLimited => 429,
            Self::TooLarge => 413,
            Self::Cancelled => 499,
            Self::Internal => 500,
            Self::BadGateway => 502,
            Self::Overloaded => 503,
            Self::Timeout => 504,
        }
    }

    /// Whether the same request may succeed later; clients that know the header
    /// `x-should-retry` should be told.
    pub const fn should_retry(self) -> bool {
        match self {
            Self::RateLimited
            | Self::Internal
            | Self::BadGateway
            | Self::Overloaded
            | Self::Timeout => true,
            Self::InvalidRequest
            | Self::Unauthenticated
            | Self::Forbidden
            | Self::NotFound
            | Self::OutOfCredit
            | Self::TooLarge
            | Self::Cancelled => false,
        }
    }
}

impl Failure {
    /// A failure without field and delay.
    pub fn new(kind: Kind, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { kind, code, message, field: None, retry_after: None }
    }
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        let field = error.field;
        Self { field, ..Self::new(Kind::InvalidRequest, "invalid_request", error.message) }
    }
}

impl From<&Error> for Failure {
    /// What went wrong between us and the provider, as a client should see it: trouble with
    /// our own key or our own account is not the client's.
    fn from(error: &Error) -> Self {
        let kind = match error {
            Error::RateLimited { .. }
            | Error::Denied { retry_after: Some(_), .. }
            | Error::Denied { why: Denial::Day, .. } => Kind::RateLimited,
            Error::Denied { retry_after: None, .. } => Kind::Forbidden,
            Error::Overloaded { .. } => Kind::Overloaded,
            Error::Timeout { .. } => Kind::Timeout,
            Error::Connection { .. }
            | Error::Unauthenticated { .. }
            | Error::OutOfCredit { .. }
            | Error::InvalidReply { .. }
            | Error::WrongAddress { .. }
            | Error::StreamCut => Kind::BadGateway,
            Error::ContextTooLong { .. }
            | Error::BadRequest { .. }
            | Error::ContentFiltered { .. }
            | Error::Unsupported { .. } => Kind::InvalidRequest,
            Error::Cancelled => Kind::Cancelled,
            Error::ModelUnavailable { .. } => Kind::NotFound,
        };
        let code = match error {
            Error::ContextTooLong { .. } => "context_length_exceeded",
            Error::ModelUnavailable { .. } => "model_not_found",
            Error::ContentFiltered { .. } => "content_filter",
            Error::RateLimited { .. } => "rate_limit_exceeded",
            other => other.code(),
        };
        let names_it = matches!(
            error,
            Error::ModelUnavailable { .. }
                | Error::Denied { why: Denial::Platform | Denial::Model | Denial::Agent, .. }
        );
        let field = names_it.then(|| "model".to_owned());
        let retry_after = error.retry_after();
        Self { field, retry_after, ..Self::new(kind, code, error.to_string()) }
    }
}
