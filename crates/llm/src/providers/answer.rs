//! An answer of a demanded shape, asked for as the input of a tool.
//!
//! A tool's input must be an object; any other shape is put into one under [`FIELD`] and
//! taken out again when the whole input has come.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::chat::{OutputSchema, Request};
use crate::providers::openai::schema_name;
use crate::{Error, Result};

const FIELD: &str = "answer";

/// The tool by which the model answers in the demanded shape.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AnswerTool {
    pub name: String,
    /// Whether the answer is a field of the input and not the input itself.
    is_wrapped: bool,
}

impl AnswerTool {
    /// The tool for this request, if it demands a shape.
    pub fn of(request: &Request) -> Option<Self> {
        let output = request.output_schema.as_ref()?;
        let mut name = schema_name(&output.name);
        while request.tools.iter().any(|tool| tool.name == name) {
            name = format!("{}_", name.chars().take(63).collect::<String>());
            if name.len() >= 64 {
                name = format!("answer_{}", request.tools.len());
            }
        }
        Some(Self { name, is_wrapped: !is_object(output) })
    }

    /// The schema of its input.
    pub fn schema<'a>(&self, output: &'a OutputSchema) -> Cow<'a, Value> {
        if !self.is_wrapped {
            return Cow::Borrowed(&output.schema);
        }
        Cow::Owned(json!({
            "type": "object",
            "properties": {FIELD: output.schema},
            "required": [FIELD],
            "additionalProperties": false,
        }))
    }

    /// Whether pieces of the input are pieces of the answer.
    pub const fn can_stream(&self) -> bool {
        !self.is_wrapped
    }

    /// The answer in the whole input.
    pub fn take_out(&self, input: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Wrapped<'a> {
            #[serde(borrow)]
            answer: &'a RawValue,
        }
        if !self.is_wrapped {
            return Ok(input.to_owned());
        }
        let wrapped: Wrapped<'_> = serde_json::from_str(input).map_err(|error| {
            Error::invalid_reply(format!("the answer is not in the demanded shape: {error}"))
        })?;
        Ok(wrapped.answer.get().to_owned())
    }
}

fn is_object(output: &OutputSchema) -> bool {
    output.schema.get("type").and_then(Value::as_str) == Some("object")
}
