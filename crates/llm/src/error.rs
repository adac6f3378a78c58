//! What can go wrong when a model is called, in the words that callers act on.

use std::time::Duration;

use crate::Denial;

/// The outcome of a model call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which of a call's four timeouts ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Opening the connection.
    Connect,
    /// Waiting for the status line and headers of the answer.
    Headers,
    /// Waiting for the next byte of the answer.
    Idle,
    /// The call as a whole.
    Total,
}

impl Phase {
    /// The word for messages and journals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Headers => "headers",
            Self::Idle => "idle",
            Self::Total => "total",
        }
    }
}

/// Why a model call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The provider counts our calls or tokens and wants us to wait.
    #[error("the provider limits the rate of calls: {message}")]
    RateLimited {
        /// How long the provider asked us to wait.
        retry_after: Option<Duration>,
        /// What the provider said.
        message: String,
    },
    /// The provider has trouble of its own (5xx, loading, out of capacity).
    #[error("the provider is overloaded or failing: {message}")]
    Overloaded {
        /// How long the provider asked us to wait.
        retry_after: Option<Duration>,
        /// What the provider said.
        message: String,
    },
    /// One of the four timeouts ran out.
    #[error("the {} timeout of {} ms ran out", which.as_str(), after.as_millis())]
    Timeout {
        /// Which one.
        which: Phase,
        /// How long it was.
        after: Duration,
    },
    /// The connection could not be made or broke before the answer began.
    #[error("cannot reach the provider: {message}")]
    Connection {
        /// What the network said.
        message: String,
    },
    /// The key is missing, wrong, or may not do this.
    #[error("the provider refuses our key: {message}")]
    Unauthenticated {
        /// What the provider said.
        message: String,
    },
    /// The account has no credit left; waiting does not help.
    #[error("the account at the provider has no credit left: {message}")]
    OutOfCredit {
        /// What the provider said.
        message: String,
    },
    /// The conversation is longer than the model can read; shorten it.
    #[error("the conversation is too long for the model: {message}")]
    ContextTooLong {
        /// What the provider said.
        message: String,
    },
    /// The request is wrong in itself; the same request fails everywhere.
    #[error("the request is not acceptable: {message}")]
    BadRequest {
        /// What is wrong with it.
        message: String,
    },
    /// The provider refused to answer because of the content.
    #[error("the provider's content filter refused: {message}")]
    ContentFiltered {
        /// What the provider said.
        message: String,
    },
    /// The answer is not in the shape that the protocol demands.
    #[error("the provider's answer makes no sense: {message}")]
    InvalidReply {
        /// What is wrong with it.
        message: String,
    },
    /// What answers is no provider of models: a page, a redirection, an unknown address.
    #[error("there is no model at this address, is the base URL right? {message}")]
    WrongAddress {
        /// What is there instead.
        message: String,
    },
    /// The answer stopped before its end; what came so far is not a reply.
    #[error("the answer was cut off before its end")]
    StreamCut,
    /// The caller gave up.
    #[error("the call was cancelled")]
    Cancelled,
    /// The provider does not serve this model (now).
    #[error("model \"{model}\" is not available: {message}")]
    ModelUnavailable {
        /// The model that was asked for.
        model: String,
        /// What the provider said.
        message: String,
    },
    /// This kind of provider cannot do that at all.
    #[error("a provider of the kind \"{provider}\" has no {operation}; use another provider")]
    Unsupported {
        /// The kind of provider.
        provider: &'static str,
        /// What was asked for, such as `embeddings`.
        operation: &'static str,
    },
    /// No provider was asked: the person on whose account the call would be may not make it.
    #[error("{message}")]
    Denied {
        /// What they may not use.
        why: Denial,
        /// After which they may come again; `None` when waiting does not help.
        retry_after: Option<Duration>,
        /// What is denied and who can help.
        message: String,
    },
}

impl Error {
    /// Whether the same call to the same provider may succeed later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Overloaded { .. }
            | Self::Timeout { .. }
            | Self::Connection { .. }
            | Self::StreamCut => true,
            Self::Denied { retry_after, .. } => retry_after.is_some(),
            Self::Unauthenticated { .. }
            | Self::OutOfCredit { .. }
            | Self::ContextTooLong { .. }
            | Self::BadRequest { .. }
            | Self::ContentFiltered { .. }
            | Self::InvalidReply { .. }
            | Self::WrongAddress { .. }
            | Self::Cancelled
            | Self::ModelUnavailable { .. }
            | Self::Unsupported { .. } => false,
        }
    }

    /// Whether a provider that fails like this before its first word has counted nothing.
    /// Of anything else nobody knows what it counted.
    pub const fn used_nothing(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Overloaded { .. }
            | Self::Connection { .. }
            | Self::Unauthenticated { .. }
            | Self::OutOfCredit { .. }
            | Self::ContextTooLong { .. }
            | Self::BadRequest { .. }
            | Self::ContentFiltered { .. }
            | Self::WrongAddress { .. }
            | Self::ModelUnavailable { .. }
            | Self::Unsupported { .. }
            | Self::Denied { .. }
            | Self::Timeout { which: Phase::Connect, .. } => true,
            Self::Timeout { .. }
            | Self::InvalidReply { .. }
            | Self::StreamCut
            | Self::Cancelled => false,
        }
    }

    /// How long the provider asked us to wait before trying again.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. }
            | Self::Overloaded { retry_after, .. }
            | Self::Denied { retry_after, .. } => *retry_after,
            Self::Timeout { .. }
            | Self::Connection { .. }
            | Self::Unauthenticated { .. }
            | Self::OutOfCredit { .. }
            | Self::ContextTooLong { .. }
            | Self::BadRequest { .. }
            | Self::ContentFiltered { .. }
            | Self::InvalidReply { .. }
            | Self::WrongAddress { .. }
            | Self::StreamCut
            | Self::Cancelled
            | Self::ModelUnavailable { .. }
            | Self::Unsupported { .. } => None,
        }
    }

    /// A stable word for journals, metrics and API errors.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::Overloaded { .. } => "overloaded",
            Self::Timeout { .. } => "timeout",
            Self::Connection { .. } => "connection",
            Self::Unauthenticated { .. } => "unauthenticated",
            Self::OutOfCredit { .. } => "out_of_credit",
            Self::ContextTooLong { .. } => "context_too_long",
            Self::BadRequest { .. } => "bad_request",
            Self::ContentFiltered { .. } => "content_filtered",
            Self::InvalidReply { .. } => "invalid_reply",
            Self::WrongAddress { .. } => "wrong_address",
            Self::StreamCut => "stream_cut",
            Self::Cancelled => "cancelled",
            Self::ModelUnavailable { .. } => "model_unavailable",
            Self::Unsupported { .. } => "unsupported",
            Self::Denied { why, .. } => why.as_str(),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::BadRequest { message: message.into() }
    }

    pub(crate) fn invalid_reply(message: impl Into<String>) -> Self {
        Self::InvalidReply { message: message.into() }
    }
}
