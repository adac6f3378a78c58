//! Parameters against their specs.

use serde_json::{Map, Value};

use super::FieldError;
use crate::library::{Command, ParamSpec, ParamType};

/// Bad items of one list that are reported; the rest is likely wrong in the same way.
const MAX_BAD_ITEMS: usize = 5;

/// The parameters with defaults filled in, in the command's order; or every misfit.
///
/// A parameter that is left out and has no default is null, so that a template can ask
/// for it with `{% if %}`. Null for an optional parameter counts as left out.
pub(super) fn accept(
    command: &Command,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<FieldError>> {
    let mut faults: Vec<FieldError> = given
        .keys()
        .filter(|name| !command.params.contains_key(*name))
        .map(|name| FieldError { field: name.clone(), message: unknown(command) })
        .collect();
    let mut accepted = Map::new();
    for (name, spec) in &command.params {
        let value = match given.get(name) {
            Some(Value::Null) if !spec.required => None,
            other => other,
        };
        match value {
            Some(value) => {
                faults.extend(misfits(name, spec, value));
                accepted.insert(name.clone(), value.clone());
            }
            None if spec.required => faults.push(FieldError {
                field: name.clone(),
                message: format!("is missing: give {}", noun(spec.r#type)),
            }),
            None => {
                accepted.insert(name.clone(), spec.default.clone().unwrap_or(Value::Null));
            }
        }
    }
    if faults.is_empty() { Ok(accepted) } else { Err(faults) }
}

/// What keeps a value from being this parameter.
pub(super) fn misfits(name: &str, spec: &ParamSpec, value: &Value) -> Vec<FieldError> {
    if !fits(spec.r#type, value) {
        let message = format!("must be {}, but is {}", noun(spec.r#type), kind(value));
        return vec![FieldError { field: name.to_owned(), message }];
    }
    let (Some(items), Value::Array(list)) = (&spec.items, value) else { return Vec::new() };
    let validator = match jsonschema::validator_for(items) {
        Ok(validator) => validator,
        Err(error) => {
            let message =
                format!("cannot be checked, because its items have no JSON Schema: {error}");
            return vec![FieldError { field: name.to_owned(), message }];
        }
    };
    let bad = list.iter().enumerate().filter_map(|(index, item)| {
        let error = validator.iter_errors(item).next()?;
        let path = error.instance_path().to_string().replace('/', ".");
        Some(FieldError { field: format!("{name}[{index}]{path}"), message: error.to_string() })
    });
    bad.take(MAX_BAD_ITEMS).collect()
}

/// Whether a value is of a type.
fn fits(wanted: ParamType, value: &Value) -> bool {
    match wanted {
        ParamType::String => value.is_string(),
        ParamType::Integer => value.is_i64() || value.is_u64(),
        ParamType::Number => value.is_number(),
        ParamType::Boolean => value.is_boolean(),
        ParamType::List => value.is_array(),
        ParamType::Object => value.is_object(),
        ParamType::Any => !value.is_null(),
    }
}

/// A type with its article, for messages.
const fn noun(wanted: ParamType) -> &'static str {
    match wanted {
        ParamType::String => "a string",
        ParamType::Integer => "an integer",
        ParamType::Number => "a number",
        ParamType::Boolean => "a boolean",
        ParamType::List => "a list",
        ParamType::Object => "an object",
        ParamType::Any => "a value",
    }
}

/// What a value is, with its article, for messages.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn unknown(command: &Command) -> String {
    if command.params.is_empty() {
        return "is not a parameter: this command takes none".to_owned();
    }
    let known: Vec<&str> = command.params.keys().map(String::as_str).collect();
    format!("is not a parameter: this command takes {}", known.join(", "))
}
