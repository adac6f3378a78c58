//! Calls in a text.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Expected;

/// The marks that models put around what they write.
const TAGS: [(&str, &str); 2] = [("<tool_call>", "</tool_call>"), ("<tools>", "</tools>")];
const FENCE: &str = "```";
/// How a text can begin that is a call.
const OPENINGS: [&str; 6] = ["{", "[", "```json", "```\n", TAGS[0].0, TAGS[1].0];

/// A call as it is written. `parameters` is what models of another family are taught.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    name: String,
    #[serde(borrow, alias = "parameters")]
    arguments: &'a RawValue,
}

/// The tool and the arguments of each call, if the text is calls of these tools and nothing
/// else; the arguments are left as they were written.
pub(super) fn calls<'a>(text: &'a str, expected: &Expected) -> Option<Vec<(String, &'a str)>> {
    let mut calls = Vec::new();
    let text = text.trim();
    match blocks(text) {
        Some(blocks) => {
            for block in blocks {
                read(block?, &mut calls)?;
            }
        }
        None => read(unfenced(text).unwrap_or(text), &mut calls)?,
    }
    let is_known = |(name, _): &(String, &str)| expected.tools.contains(name);
    let is_fine =
        !calls.is_empty() && calls.iter().all(is_known) && !(expected.is_one && calls.len() > 1);
    is_fine.then_some(calls)
}

/// Whether this may be the beginning of a call.
pub(super) fn can_be_calls(text: &str) -> bool {
    let text = text.trim_start();
    OPENINGS.iter().any(|opening| text.starts_with(opening) || opening.starts_with(text))
}

/// Whether this may be the beginning of something in a fence.
pub(super) fn can_be_fenced(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(FENCE) || FENCE.starts_with(text)
}

/// What is in a fence that is the whole text.
pub(super) fn unfenced(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix(FENCE)?.strip_suffix(FENCE)?;
    let inner = inner.strip_prefix("json").unwrap_or(inner);
    let is_one = inner.starts_with(char::is_whitespace) && !inner.contains(FENCE);
    is_one.then_some(inner.trim())
}

/// The JSON in a fence that is the whole text.
pub(super) fn fenced_json(text: &str) -> Option<&str> {
    unfenced(text).filter(|inner| serde_json::from_str::<&RawValue>(inner).is_ok())
}

/// What is between tags, if the text begins with one; an item is `None` where the tags are
/// not in order.
fn blocks(text: &str) -> Option<impl Iterator<Item = Option<&str>>> {
    let (open, close) = TAGS.into_iter().find(|(open, _)| text.starts_with(open))?;
    let mut rest = text;
    Some(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let block = rest.strip_prefix(open).and_then(|rest| rest.split_once(close));
        rest = block.map_or("", |(_, rest)| rest.trim_start());
        Some(block.map(|(block, _)| block))
    }))
}

/// One call, a list of calls, or several one after the other.
fn read<'a>(text: &'a str, calls: &mut Vec<(String, &'a str)>) -> Option<()> {
    let text = text.trim();
    let written: Vec<Written<'a>> = if text.starts_with('[') {
        serde_json::from_str(text).ok()?
    } else {
        let values = serde_json::Deserializer::from_str(text).into_iter();
        values.collect::<Result<_, _>>().ok()?
    };
    for Written { name, arguments } in written {
        let arguments = arguments.get();
        calls.push(arguments.starts_with('{').then_some((name, arguments))?);
    }
    Some(())
}
