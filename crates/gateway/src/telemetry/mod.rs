//! What is told of calls, of outside clients and of executions alike: spans and histograms by
//! OpenTelemetry's conventions for generative AI, and counts for Prometheus. What was said is
//! told to nobody unless an administrator wants it.
//!
//! A call has a [`span`] while it goes on; [`ended`] tells how it ended.

mod meters;
mod operation;
mod span;

use std::time::Duration;

use base::Micros;
use llm::chat::{Finish, TokenUsage};
use tracing::Span;

pub(crate) use meters::{CallMeters, Ending, Meters};
pub(crate) use operation::Operation;
pub(crate) use span::{asked, of_execution, said, span};

/// How a call of a model ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) operation: Operation,
    /// The platform and its model that answered; of a failure, those that were asked first.
    pub(crate) place: (&'a str, &'a str),
    pub(crate) took: Duration,
    /// What the answer came to, or the code of the error.
    pub(crate) outcome: Result<Answered<'a>, &'a str>,
}

/// What an answer came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered<'a> {
    pub(crate) usage: &'a TokenUsage,
    pub(crate) cost: Micros,
    /// Why it stopped, where models stop for reasons.
    pub(crate) finish: Option<Finish>,
}

/// Tells how a call ended, in its span and in what is counted.
pub(crate) fn ended(span: &Span, meters: Option<&Meters>, told: Told<'_>) {
    span::ended(span, told);
    if let Some(meters) = meters {
        meters.model(told);
    }
}
