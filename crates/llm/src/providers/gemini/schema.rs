//! JSON Schema in the words of `responseSchema`, which knows a part of it.
//!
//! What cannot be said there goes into `responseJsonSchema`, which newer models read.

use serde_json::{Map, Value, json};

/// Words that carry over as they are.
const KNOWN: [&str; 16] = [
    "type",
    "format",
    "title",
    "description",
    "enum",
    "maxItems",
    "minItems",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "required",
    "propertyOrdering",
];
/// Words that say nothing that the answer would be judged by.
const HARMLESS: [&str; 6] =
    ["$schema", "$id", "additionalProperties", "default", "examples", "$comment"];

/// The schema in the provider's words; `None` if it says more than they can.
pub(super) fn translated(schema: &Value) -> Option<Value> {
    let object = schema.as_object()?;
    let mut out = Map::new();
    for (word, value) in object {
        match word.as_str() {
            "type" => put_type(value, &mut out)?,
            "const" => {
                // the provider's list of allowed values holds texts only
                value.as_str()?;
                out.insert("enum".to_owned(), json!([value]));
            }
            "enum" => {
                let all_texts = value.as_array()?.iter().all(Value::is_string);
                all_texts.then(|| out.insert(word.clone(), value.clone()))?;
            }
            "properties" => {
                let properties = value.as_object()?.iter();
                let translated = properties
                    .map(|(name, schema)| translated(schema).map(|schema| (name.clone(), schema)));
                out.insert(word.clone(), Value::Object(translated.collect::<Option<_>>()?));
            }
            "items" => {
                out.insert(word.clone(), translated(value)?);
            }
            "anyOf" => {
                let choices = value.as_array()?.iter().map(translated);
                out.insert(word.clone(), Value::Array(choices.collect::<Option<_>>()?));
            }
            known if KNOWN.contains(&known) => {
                out.insert(word.clone(), value.clone());
            }
            harmless if HARMLESS.contains(&harmless) => {
                // a shape for further properties is more than they can say
                if harmless == "additionalProperties" && value.is_object() {
                    return None;
                }
            }
            _ => return None,
        }
    }
    // an object without fields is refused
    let is_object = out.get("type") == Some(&json!("object"));
    let fields = out.get("properties").and_then(Value::as_object);
    let has_fields = fields.is_some_and(|fields| !fields.is_empty());
    (!is_object || has_fields).then_some(Value::Object(out))
}

/// One type, or one type and null.
fn put_type(value: &Value, out: &mut Map<String, Value>) -> Option<()> {
    match value {
        Value::String(_) => {
            out.insert("type".to_owned(), value.clone());
        }
        Value::Array(types) => {
            let mut others = types.iter().filter(|kind| *kind != "null");
            let (only, None) = (others.next()?, others.next()) else { return None };
            out.insert("type".to_owned(), only.clone());
            out.insert("nullable".to_owned(), Value::Bool(true));
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said_is_translated() {
        let check = |schema: Value, expected: Option<Value>| {
            assert_eq!(translated(&schema), expected, "{schema}");
        };
        check(
            json!({"$schema": "x", "type": "object", "additionalProperties": false,
                "properties": {
                    "a": {"type": ["string", "null"], "minLength": 1},
                    "b": {"type": "array", "items": {"const": "x"}},
                    "c": {"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["y"]}]},
                },
                "required": ["a"]}),
            Some(json!({"type": "object",
                "properties": {
                    "a": {"type": "string", "nullable": true, "minLength": 1},
                    "b": {"type": "array", "items": {"enum": ["x"]}},
                    "c": {"anyOf": [{"type": "integer"}, {"type": "string", "enum": ["y"]}]},
                },
                "required": ["a"]})),
        );
        check(json!({"$ref": "#/$defs/a"}), None);
        check(json!({"type": ["string", "integer"]}), None);
        check(json!({"enum": [1, 2]}), None);
        check(json!({"type": "object"}), None);
        check(json!({"type": "array", "items": {"type": "object", "properties": {}}}), None);
        check(json!({"type": "array", "items": {"oneOf": []}}), None);
        check(json!({"type": "object", "additionalProperties": {"type": "string"}}), None);
        check(json!(true), None);
    }
}
