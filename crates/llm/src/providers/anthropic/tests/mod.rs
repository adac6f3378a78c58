//! The codec against documented answers (`fixtures/anthropic`), cut and broken in every way.

#![allow(clippy::unwrap_used)]

mod encoding;
mod hostile;
mod replies;

use serde_json::{Value, json};

use crate::chat::{Message, OutputSchema, Request};
use crate::testing::Fixtures;

fn fixtures() -> Fixtures {
    Fixtures::of("anthropic")
}

fn request() -> Request {
    Request::new("claude-sonnet-4-5", vec![Message::user("Say hello, please.")])
}

/// A request whose answer must have this shape.
fn shaped(schema: Value) -> Request {
    Request {
        output_schema: Some(OutputSchema { name: "story".into(), schema, strict: None }),
        ..request()
    }
}

fn story() -> Value {
    json!({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]})
}
