//! Reading the final answer.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::conversation::clip;
use super::json::{self, Found};

const MAX_FAULTS: usize = 5;
const MAX_FAULT_BYTES: usize = 400;

/// What an answer comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// It will do.
    Fits(Value),
    /// It will not, for these reasons.
    Unfit(Vec<String>),
}

/// Reads an answer: JSON that fits the schema, or text where there is none.
pub(super) fn read(text: &str, validator: Option<&Validator>) -> Answer {
    let Some(validator) = validator else {
        return match json::plain(text) {
            "" => Answer::Unfit(vec!["it is empty".to_owned()]),
            text => Answer::Fits(Value::String(text.to_owned())),
        };
    };
    let values = match json::find(text) {
        Found::Values(values) => values,
        Found::Cut => {
            return Answer::Unfit(vec![
                "the JSON has no end: a bracket or quote is not closed".to_owned(),
            ]);
        }
        Found::Nothing => {
            // A schema of plain text is met by plain text.
            let plain = Value::String(json::plain(text).to_owned());
            return if validator.is_valid(&plain) {
                Answer::Fits(plain)
            } else {
                Answer::Unfit(vec!["there is no JSON in it".to_owned()])
            };
        }
    };
    match values.iter().find(|value| validator.is_valid(value)) {
        Some(value) => Answer::Fits(value.clone()),
        None => {
            Answer::Unfit(values.first().map(|first| faults(validator, first)).unwrap_or_default())
        }
    }
}

/// What is wrong with a value, briefly.
pub(crate) fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    validator
        .iter_errors(value)
        .take(MAX_FAULTS)
        .map(|error| {
            let path = error.instance_path().to_string();
            let place = if path.is_empty() { "at the top" } else { &path };
            clip(&format!("{place}: {}", words(&error)), MAX_FAULT_BYTES)
        })
        .collect()
}

fn words(error: &ValidationError<'_>) -> String {
    match error.kind() {
        // The library's own words leave most of the choices out, and the model needs them.
        ValidationErrorKind::Enum { options } => {
            format!("{} is not one of {options}", error.instance())
        }
        _ => error.to_string(),
    }
}
