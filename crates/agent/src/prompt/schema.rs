//! Output schemas that depend on the parameters.
//!
//! `"x-enum-from": "roles"` in a schema becomes `"enum": [...]` with the strings of the
//! parameter `roles`, so that a model cannot invent a role. When the list holds objects,
//! `"x-enum-field": "name"` says which field to take. An empty list leaves no constraint:
//! an `enum` without members could never be met.

use serde_json::{Map, Value};

use super::{FieldError, params};

/// The keyword that names the parameter whose strings become the `enum`.
pub const ENUM_FROM: &str = "x-enum-from";
/// The keyword that names the field to take when the list holds objects.
pub const ENUM_FIELD: &str = "x-enum-field";

/// Keywords whose values are plain JSON, not schemas.
const LITERALS: [&str; 5] = ["enum", "const", "default", "examples", "required"];

/// The schema with every `x-enum-from` replaced.
pub(super) fn specialise(
    schema: &Value,
    params: &Map<String, Value>,
) -> Result<Value, Vec<FieldError>> {
    let mut schema = schema.clone();
    let mut faults = Vec::new();
    visit(&mut schema, &mut |node, source| match members(source, params) {
        Ok(members) if members.is_empty() => {}
        Ok(members) => {
            node.insert("enum".to_owned(), Value::Array(members));
        }
        Err(fault) => faults.push(fault),
    });
    if faults.is_empty() { Ok(schema) } else { Err(faults) }
}

/// Where an `enum` comes from.
pub(super) struct Source {
    /// The path to the list: `roles` or `study.roles`.
    pub path: String,
    /// The field of each object in it.
    pub field: Option<String>,
}

/// Every source that a schema names.
pub(super) fn sources(schema: &Value) -> Vec<Source> {
    let mut found = Vec::new();
    visit(&mut schema.clone(), &mut |_, source| found.push(source));
    found
}

/// Takes the keywords out of each schema that has them and hands both over.
fn visit(schema: &mut Value, found: &mut impl FnMut(&mut Map<String, Value>, Source)) {
    match schema {
        Value::Object(node) => {
            // A property may be called "x-enum-from" too; then its value is a schema.
            if node.get(ENUM_FROM).is_some_and(Value::is_string) {
                let path = node.shift_remove(ENUM_FROM);
                let field = node.shift_remove(ENUM_FIELD);
                let text = |value: Option<Value>| {
                    value.as_ref().and_then(Value::as_str).map(str::to_owned)
                };
                if let Some(path) = text(path) {
                    found(node, Source { path, field: text(field) });
                }
            }
            for (keyword, child) in node.iter_mut() {
                let is_literal = LITERALS.contains(&keyword.as_str()) && !child.is_object();
                if !is_literal {
                    visit(child, found);
                }
            }
        }
        Value::Array(children) => children.iter_mut().for_each(|child| visit(child, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn members(source: Source, params: &Map<String, Value>) -> Result<Vec<Value>, FieldError> {
    let fault = |field: String, message: String| FieldError { field, message };
    let mut keys = source.path.split('.');
    let mut value = keys.next().and_then(|first| params.get(first));
    for key in keys {
        value = value.and_then(|value| value.get(key));
    }
    let list = match value {
        // An optional parameter that was left out constrains nothing.
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => {
            let message = format!(
                "must be a list, because the answer may only name what is in it, but is {}",
                params::kind(other)
            );
            return Err(fault(source.path, message));
        }
    };
    let mut members: Vec<Value> = Vec::with_capacity(list.len());
    for (index, item) in list.iter().enumerate() {
        let (at, member) = match &source.field {
            Some(field) => (format!("{}[{index}].{field}", source.path), item.get(field)),
            None => (format!("{}[{index}]", source.path), Some(item)),
        };
        match member {
            Some(member @ Value::String(_)) if !members.contains(member) => {
                members.push(member.clone());
            }
            Some(Value::String(_)) => {}
            Some(other) => {
                return Err(fault(at, format!("must be a string, but is {}", params::kind(other))));
            }
            None => return Err(fault(at, "is missing: give a string".to_owned())),
        }
    }
    Ok(members)
}
