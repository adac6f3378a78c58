//! A collector of OpenTelemetry that takes OTLP over HTTP, in JSON.

use std::time::Duration;

use serde_json::{Value as Json, json};

/// How long the collector may take.
const LIMIT: Duration = Duration::from_secs(10);
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// One address of a collector.
#[derive(Debug)]
pub struct Collector {
    url: String,
    client: reqwest::Client,
}

impl Collector {
    /// The address for `traces` or `metrics`; fails when no connections can be made at all.
    pub fn new(endpoint: &str, what: &str) -> Result<Self, String> {
        let builder = llm::client_builder().map_err(|error| error.to_string())?;
        let client = builder.timeout(LIMIT).build().map_err(|error| error.to_string())?;
        Ok(Self { url: format!("{}/v1/{what}", endpoint.trim_end_matches('/')), client })
    }

    /// Sends once; the error never holds the address, which may hold a password.
    pub async fn send(&self, body: &Json) -> Result<(), reqwest::Error> {
        let sent = self.client.post(&self.url).json(body).send().await;
        sent.and_then(reqwest::Response::error_for_status)
            .map(drop)
            .map_err(reqwest::Error::without_url)
    }
}

/// Who tells.
pub fn resource() -> Json {
    let attributes = [attribute("service.name", "hishamos"), attribute("service.version", VERSION)];
    json!({ "attributes": attributes })
}

/// The part of it that tells.
pub fn scope() -> Json {
    json!({"name": "hishamos.gateway", "version": VERSION})
}

/// An attribute that is a text.
pub fn attribute(key: &str, value: &str) -> Json {
    json!({"key": key, "value": {"stringValue": value}})
}

/// A time as OTLP writes it, from milliseconds since 1970.
pub fn nanos(millis: i64) -> String {
    format!("{millis}000000")
}
