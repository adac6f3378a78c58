//! An answer in a line.

use serde_json::{Map, Value};

const MAX_CHARS: usize = 200;

/// The answer's own `summary` if it has one; else its first line, or what it is made of.
pub(super) fn summarise(output: &Value) -> String {
    match output {
        Value::String(text) => line(text),
        Value::Array(items) => count(items.len(), "item"),
        Value::Object(fields) => match fields.get("summary").and_then(Value::as_str) {
            Some(text) if !text.trim().is_empty() => line(text),
            Some(_) | None => contents(fields),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => output.to_string(),
    }
}

fn contents(fields: &Map<String, Value>) -> String {
    let parts: Vec<String> = fields
        .iter()
        .map(|(name, value)| match value {
            Value::Array(items) => format!("{name}: {}", count(items.len(), "item")),
            Value::Object(_) => name.clone(),
            Value::String(text) => format!("{name}: {}", line(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => format!("{name}: {value}"),
        })
        .collect();
    line(&parts.join(", "))
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn line(text: &str) -> String {
    let first = text.trim().lines().next().unwrap_or_default();
    let first = first.trim_start_matches('#').trim();
    if first.chars().count() <= MAX_CHARS {
        return first.to_owned();
    }
    first.chars().take(MAX_CHARS - 1).chain(['…']).collect()
}
