//! What is told of calls: spans by OpenTelemetry's conventions for generative AI, and
//! counts for Prometheus. What was said is told to nobody unless an administrator wants it.

mod meters;
mod span;

pub(crate) use meters::{CallMeters, Ending, Meters};
pub(crate) use span::{Told, asked, ended, said, span};
