//! What is told of calls: spans by OpenTelemetry's conventions for generative AI, and
//! counts for Prometheus. What was said is never told.

mod meters;
mod span;

pub(crate) use meters::{Ending, Meters};
pub(crate) use span::{ended, span};
