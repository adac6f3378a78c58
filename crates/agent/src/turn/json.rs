//! Finding JSON in what a model wrote.

use serde_json::{Deserializer, Value};

/// Brackets that open nothing are common in prose; beyond this many we stop looking.
const MAX_STARTS: usize = 64;
const MAX_VALUES: usize = 8;

/// What a text holds.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// These values, outermost only, in order; never empty.
    Values(Vec<Value>),
    /// A value that begins and does not end.
    Cut,
    /// No JSON.
    Nothing,
}

/// The JSON values in a text, whatever fences, tags and prose stand around them.
pub(super) fn find(text: &str) -> Found {
    let text = without_thoughts(text);
    if let Ok(value) = serde_json::from_str(text.trim()) {
        return Found::Values(vec![value]);
    }
    let mut values = Vec::new();
    let mut from = 0;
    for _ in 0..MAX_STARTS {
        let Some(start) = text[from..].find(['{', '[']).map(|at| from + at) else { break };
        let mut stream = Deserializer::from_str(&text[start..]).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                from = start + stream.byte_offset();
                values.push(value);
            }
            Some(Err(error)) if error.is_eof() => {
                return if values.is_empty() { Found::Cut } else { Found::Values(values) };
            }
            Some(Err(_)) | None => match mended(&text[start..]) {
                Some(value) => {
                    values.push(value);
                    break;
                }
                None => from = start + 1,
            },
        }
        if values.len() == MAX_VALUES {
            break;
        }
    }
    if values.is_empty() { Found::Nothing } else { Found::Values(values) }
}

/// The text of an answer that is not JSON: no thoughts, no fence around the whole.
pub(super) fn plain(text: &str) -> &str {
    let text = without_thoughts(text).trim();
    let inner = text
        .strip_prefix("```")
        .and_then(|rest| rest.strip_suffix("```"))
        .and_then(|rest| rest.split_once('\n'));
    match inner {
        Some((language, body))
            if ["", "markdown", "md", "text"].contains(&language.trim())
                && !body.contains("```") =>
        {
            body.trim()
        }
        Some(_) | None => text,
    }
}

/// Reasoning models open with `<think>…</think>`, which is no part of the answer.
fn without_thoughts(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>").and_then(|rest| rest.split_once("</think>")) {
        Some((_, answer)) => answer,
        None => text,
    }
}

/// The first value of a text after mending what small models get wrong: raw control
/// characters inside strings, and commas before a closing bracket.
fn mended(text: &str) -> Option<Value> {
    let mut fixed = String::with_capacity(text.len() + 16);
    let mut in_string = false;
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\n' if in_string => fixed.push_str("\\n"),
            '\t' if in_string => fixed.push_str("\\t"),
            letter if in_string && letter.is_ascii_control() => {}
            ',' if !in_string && text[at + 1..].trim_start().starts_with([']', '}']) => {}
            letter => fixed.push(letter),
        }
        if in_string && letter == '\\' && !is_escaped {
            is_escaped = true;
            continue;
        }
        if letter == '"' && !is_escaped {
            in_string = !in_string;
        }
        is_escaped = false;
    }
    Deserializer::from_str(&fixed).into_iter::<Value>().next()?.ok()
}
