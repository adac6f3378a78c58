//! One span in the form of OTLP.

use std::fmt::Debug;

use base::Random;
use serde_json::{Value as Json, json};
use tracing::field::{Field, Visit};

use crate::collector::nanos;

/// A span and what was said of it.
#[derive(Debug)]
pub struct Span {
    trace: [u8; 16],
    id: [u8; 8],
    /// Milliseconds since 1970.
    began: i64,
    ended: i64,
    name: String,
    attributes: Vec<(&'static str, Json)>,
    error: Option<String>,
}

/// OTLP's word for a span of somebody who calls another.
const CLIENT: u8 = 3;
/// OTLP's word for a span that failed.
const FAILED: u8 = 2;

impl Span {
    /// A span that begins now, with ids of its own.
    pub fn new(began: i64, random: &dyn Random) -> Self {
        let (mut trace, mut id) = ([0; 16], [0; 8]);
        random.fill(&mut trace);
        random.fill(&mut id);
        let (name, attributes) = ("call".to_owned(), Vec::new());
        Self { trace, id, began, ended: began, name, attributes, error: None }
    }

    /// It ends.
    pub fn end(&mut self, now: i64) {
        self.ended = now;
    }

    /// The span as a collector reads it.
    pub fn to_json(&self) -> Json {
        let attributes = self.attributes.iter();
        let attributes: Vec<Json> =
            attributes.map(|(key, value)| json!({"key": key, "value": value})).collect();
        let status = match &self.error {
            Some(error) => json!({"code": FAILED, "message": error}),
            None => json!({}),
        };
        json!({
            "traceId": base::hex(&self.trace), "spanId": base::hex(&self.id), "name": self.name,
            "kind": CLIENT, "startTimeUnixNano": nanos(self.began),
            "endTimeUnixNano": nanos(self.ended), "attributes": attributes, "status": status,
        })
    }

    fn set(&mut self, field: &Field, value: Json) {
        self.attributes.retain(|(name, _)| *name != field.name());
        self.attributes.push((field.name(), value));
    }
}

impl Visit for Span {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "otel.name" => value.clone_into(&mut self.name),
            // the conventions want a list, which a field cannot be
            "gen_ai.response.finish_reasons" => {
                let values = json!({"values": [{"stringValue": value}]});
                self.set(field, json!({"arrayValue": values}));
            }
            name => {
                if name == "error.type" {
                    self.error = Some(value.to_owned());
                }
                self.set(field, json!({"stringValue": value}));
            }
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, json!({"intValue": value.to_string()}));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, json!({"intValue": value.to_string()}));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, json!({"doubleValue": value}));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, json!({"boolValue": value}));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
