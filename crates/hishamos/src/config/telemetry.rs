//! Section `telemetry`: who is told of model calls.

use std::time::Duration;

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

const ENDPOINT: Key =
    Key { name: "telemetry.otlp_endpoint", variable: "HISHAMOS_OTLP_ENDPOINT", flag: "" };
const CONTENT: Key =
    Key { name: "telemetry.capture_content", variable: "HISHAMOS_CAPTURE_CONTENT", flag: "" };
const METRICS: Key =
    Key { name: "telemetry.metrics_seconds", variable: "HISHAMOS_METRICS_SECONDS", flag: "" };

pub(super) const KEYS: [Key; 3] = [ENDPOINT, CONTENT, METRICS];

/// Who is told of model calls, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// A collector of OpenTelemetry that takes OTLP over HTTP, without `/v1/traces`
    /// and `/v1/metrics`.
    pub otlp_endpoint: Option<String>,
    /// Whether it is told what was said.
    pub capture_content: bool,
    /// How often it is sent histograms, if at all.
    pub metrics_every: Option<Duration>,
}

impl Telemetry {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let otlp_endpoint: Option<String> = reader.optional(ENDPOINT, None)?;
        let is_url = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if otlp_endpoint.as_ref().is_some_and(|url| !is_url(url)) {
            let name = ENDPOINT.name;
            return Err(Failure::invalid(format!("{name}: write it as http://host:4318")));
        }
        let capture_content = reader.value(CONTENT, None, false)?;
        let seconds: u32 = reader.value(METRICS, None, 60)?;
        let metrics_every = (seconds > 0).then(|| Duration::from_secs(u64::from(seconds)));
        Ok(Self { otlp_endpoint, capture_content, metrics_every })
    }
}
