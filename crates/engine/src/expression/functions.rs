//! The fixed list of functions. All are total and pure.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde_json::{Map, Value as Json};

use super::EvalError;
use super::eval::{brief, same};
use super::parser::number_json;

const TABLE: [(&str, RangeInclusive<usize>); 16] = [
    ("all", 1..=1),
    ("always", 0..=0),
    ("any", 1..=1),
    ("compact", 1..=1),
    ("contains", 2..=2),
    ("default", 2..=2),
    ("exists", 1..=1),
    ("flatten", 1..=1),
    ("join", 2..=2),
    ("len", 1..=1),
    ("lower", 1..=1),
    ("max", 1..=1),
    ("min", 1..=1),
    ("sum", 1..=1),
    ("unique", 1..=2),
    ("zip", 2..=2),
];

/// The functions' names, for error messages and editors.
pub const NAMES: [&str; 16] = [
    "all", "always", "any", "compact", "contains", "default", "exists", "flatten", "join", "len",
    "lower", "max", "min", "sum", "unique", "zip",
];

pub(super) fn find(name: &str) -> Option<(&'static str, RangeInclusive<usize>)> {
    TABLE.iter().find(|(known, _)| *known == name).map(|(known, arity)| (*known, arity.clone()))
}

/// Calls a function; `default` and `exists` are the evaluator's own, because they look at
/// missing paths.
pub(super) fn call(name: &'static str, values: &[Json]) -> Result<Json, EvalError> {
    match (name, values) {
        ("all", [items]) => {
            Ok(Json::Bool(list(name, items)?.iter().all(|item| *item == Json::Bool(true))))
        }
        ("always", []) => Ok(Json::Bool(true)),
        ("any", [items]) => Ok(Json::Bool(list(name, items)?.contains(&Json::Bool(true)))),
        ("compact", [items]) => Ok(Json::Array(
            list(name, items)?.iter().filter(|item| !item.is_null()).cloned().collect(),
        )),
        ("contains", [Json::String(text), Json::String(part)]) => {
            Ok(Json::Bool(text.contains(part.as_str())))
        }
        ("contains", [Json::Array(items), item]) => {
            Ok(Json::Bool(items.iter().any(|one| same(one, item))))
        }
        ("contains", [other, _]) => Err(wrong(name, "a text or a list", other)),
        ("flatten", [items]) => Ok(flatten(list(name, items)?)),
        ("join", [items, Json::String(separator)]) => {
            Ok(Json::String(join(list(name, items)?, separator)))
        }
        ("join", [_, other]) => Err(wrong(name, "a text as separator", other)),
        ("len", [Json::Array(items)]) => Ok(Json::from(items.len())),
        ("len", [Json::Object(fields)]) => Ok(Json::from(fields.len())),
        ("len", [Json::String(text)]) => Ok(Json::from(text.chars().count())),
        ("len", [other]) => Err(wrong(name, "a list, an object or a text", other)),
        ("lower", [Json::String(text)]) => Ok(Json::String(text.to_lowercase())),
        ("lower", [other]) => Err(wrong(name, "a text", other)),
        ("max", [items]) => extreme(name, items, f64::max),
        ("min", [items]) => extreme(name, items, f64::min),
        ("sum", [items]) => Ok(number_json(numbers(name, items)?.iter().sum())),
        ("unique", [items]) => Ok(unique(list(name, items)?, None)),
        ("unique", [items, Json::String(field)]) => Ok(unique(list(name, items)?, Some(field))),
        ("unique", [_, other]) => Err(wrong(name, "a field's name", other)),
        ("zip", [first, second]) => Ok(zip(list(name, first)?, list(name, second)?)),
        _ => Err(EvalError::Type(format!("{name} cannot be called like this"))),
    }
}

fn list<'a>(name: &str, value: &'a Json) -> Result<&'a Vec<Json>, EvalError> {
    value.as_array().ok_or_else(|| wrong(name, "a list", value))
}

fn numbers(name: &str, items: &Json) -> Result<Vec<f64>, EvalError> {
    let number = |item: &Json| item.as_f64().ok_or_else(|| wrong(name, "numbers", item));
    list(name, items)?.iter().map(number).collect()
}

/// The largest or smallest of numbers; null when there are none.
fn extreme(name: &str, items: &Json, pick: fn(f64, f64) -> f64) -> Result<Json, EvalError> {
    Ok(numbers(name, items)?.into_iter().reduce(pick).map_or(Json::Null, number_json))
}

fn wrong(name: &str, wanted: &str, given: &Json) -> EvalError {
    EvalError::Type(format!("{name} needs {wanted}, not {}", brief(given)))
}

fn flatten(items: &[Json]) -> Json {
    let mut flat = Vec::new();
    for item in items {
        match item {
            Json::Array(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Json::Array(flat)
}

fn join(items: &[Json], separator: &str) -> String {
    let texts: Vec<String> = items.iter().map(super::template::text).collect();
    texts.join(separator)
}

/// The first of each, comparing texts without case, punctuation and repeated spaces.
fn unique(items: &[Json], field: Option<&str>) -> Json {
    let mut seen = HashSet::new();
    let kept = items.iter().filter(|item| {
        let key = field.and_then(|field| item.get(field)).unwrap_or(item);
        seen.insert(normal(key))
    });
    Json::Array(kept.cloned().collect())
}

fn normal(value: &Json) -> String {
    match value {
        Json::String(text) => {
            let letters: String = text
                .to_lowercase()
                .chars()
                .map(|c| if c.is_alphanumeric() { c } else { ' ' })
                .collect();
            letters.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// Pairs two lists; where both have objects, their fields are merged (the second wins).
fn zip(first: &[Json], second: &[Json]) -> Json {
    let pair = |(index, item): (usize, &Json)| match (item, second.get(index)) {
        (Json::Object(left), Some(Json::Object(right))) => {
            let mut merged: Map<String, Json> = left.clone();
            merged.extend(right.iter().map(|(key, value)| (key.clone(), value.clone())));
            Json::Object(merged)
        }
        (item, _) => item.clone(),
    };
    Json::Array(first.iter().enumerate().map(pair).collect())
}
