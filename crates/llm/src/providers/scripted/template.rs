//! What replies may insert: `{{last_user}}`, `{{nth}}` (how often the rule has answered,
//! this time included), `{{turn}}`, `{{model}}`, and any label by its name, such as
//! `{{param:idea}}`. Other double braces stay as they are, so that scripts may contain
//! code; only an unknown `param:` is an error.

use serde_json::Value;

use crate::chat::Request;
use crate::{Error, Result};

/// The values that a reply may insert.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a> {
    pub request: &'a Request,
    pub nth: u64,
    pub turn: u64,
}

impl Values<'_> {
    /// The text with its placeholders replaced.
    pub fn fill(&self, text: &str) -> Result<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let Some((name, following)) = after.split_once("}}") else {
                filled.push_str("{{");
                rest = after;
                continue;
            };
            if let Some(value) = self.value(name.trim())? {
                filled.push_str(&value);
                rest = following;
            } else {
                filled.push_str("{{");
                rest = after;
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The JSON with the placeholders in its texts replaced; its keys stay.
    pub fn fill_json(&self, value: &Value) -> Result<Value> {
        match value {
            Value::String(text) => self.fill(text).map(Value::String),
            Value::Array(items) => items.iter().map(|item| self.fill_json(item)).collect(),
            Value::Object(object) => {
                let filled = |(key, value): (&String, &Value)| {
                    self.fill_json(value).map(|value| (key.clone(), value))
                };
                object.iter().map(filled).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.clone()),
        }
    }

    fn value(&self, name: &str) -> Result<Option<String>> {
        let value = match name {
            "last_user" => Some(self.request.last_user_text().unwrap_or_default()),
            "nth" => Some(self.nth.to_string()),
            "turn" => Some(self.turn.to_string()),
            "model" => Some(self.request.model.clone()),
            label => self.request.labels.get(label).cloned(),
        };
        if value.is_none() && name.starts_with("param:") {
            let known: Vec<&str> = self.request.labels.keys().map(String::as_str).collect();
            return Err(Error::bad_request(format!(
                "the script inserts {{{{{name}}}}}, the request has only: {}",
                known.join(", ")
            )));
        }
        Ok(value)
    }
}
