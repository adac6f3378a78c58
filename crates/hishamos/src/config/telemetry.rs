//! Section `telemetry`: who is told of model calls.

use super::reader::{Key, Reader};
use crate::failure::{Failure, Result};

const ENDPOINT: Key =
    Key { name: "telemetry.otlp_endpoint", variable: "HISHAMOS_OTLP_ENDPOINT", flag: "" };
const CONTENT: Key =
    Key { name: "telemetry.capture_content", variable: "HISHAMOS_CAPTURE_CONTENT", flag: "" };

pub(super) const KEYS: [&str; 2] = [ENDPOINT.name, CONTENT.name];

/// Who is told of model calls, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// A collector of OpenTelemetry that takes OTLP over HTTP, without `/v1/traces`.
    pub otlp_endpoint: Option<String>,
    /// Whether it is told what was said.
    pub capture_content: bool,
}

impl Telemetry {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let otlp_endpoint: Option<String> = reader.optional(ENDPOINT, None)?;
        let is_url = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if otlp_endpoint.as_ref().is_some_and(|url| !is_url(url)) {
            let name = ENDPOINT.name;
            return Err(Failure::invalid(format!("{name}: write it as http://host:4318")));
        }
        Ok(Self { otlp_endpoint, capture_content: reader.value(CONTENT, None, false)? })
    }
}
