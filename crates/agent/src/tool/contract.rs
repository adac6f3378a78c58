//! Running a tool inside this process.

use std::time::Duration;

use base::{ExecutionId, OrganisationId};
use futures::future::BoxFuture;
use serde_json::Value;

use super::ToolSpec;
use crate::turn::ToolOutcome;

/// A tool that runs inside this process.
///
/// `run` may be called twice with the same [`Invocation::idempotency_key`] after a crash;
/// a tool that is neither pure nor idempotent must recognise the key.
pub trait RunTool: Send + Sync {
    /// What the tool says about itself; always the same.
    fn spec(&self) -> &ToolSpec;

    /// Carries out one call. The caller holds the timeout and has checked policy,
    /// permission and arguments.
    fn run(&self, invocation: Invocation) -> BoxFuture<'_, Result<Value, Error>>;
}

/// One call of a tool, and for whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The tenant; every row the tool touches belongs to it.
    pub organisation: OrganisationId,
    /// The execution that it belongs to.
    pub execution: ExecutionId,
    /// The agent that asks.
    pub agent: String,
    /// Names this call across crashes.
    pub idempotency_key: String,
    /// What the model gave, valid against the tool's schema; still untrusted.
    pub arguments: Value,
}

/// Why a tool call brought nothing back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The arguments make no sense; the model may try others.
    #[error("the arguments are not acceptable: {message}")]
    InvalidArguments {
        /// What is wrong and what would do.
        message: String,
    },
    /// The person behind the agent or a policy says no.
    #[error("not permitted: {message}")]
    NotPermitted {
        /// Who says no and why.
        message: String,
    },
    /// It took too long.
    #[error("the tool did not answer within {} ms", after.as_millis())]
    TimedOut {
        /// How long it was given.
        after: Duration,
    },
    /// It was tried and failed.
    #[error("the tool failed: {message}")]
    Failed {
        /// What went wrong.
        message: String,
    },
}

impl From<Result<Value, Error>> for ToolOutcome {
    fn from(result: Result<Value, Error>) -> Self {
        match result {
            Ok(output) => Self::Returned { output },
            Err(Error::NotPermitted { message }) => Self::Denied { reason: message },
            Err(
                error @ (Error::InvalidArguments { .. }
                | Error::TimedOut { .. }
                | Error::Failed { .. }),
            ) => Self::Failed { message: error.to_string() },
        }
    }
}
