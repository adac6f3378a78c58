//! YAML into values with places, and the library's errors into sentences for people.

use serde_saphyr::{Error, Location};

use super::problem::Problem;
use super::tree::Node;

/// The most values that a definition has: a hundred for each of its steps. The library's own
/// limit is five times that, which takes long enough to be a burden.
const MAX_NODES: usize = 50_000;
/// The deepest nesting: what reads the values goes as deep.
const MAX_DEPTH: usize = 32;

/// Reads what is written. Numbers, depth and aliases are bounded.
pub(super) fn read(text: &str) -> Result<Node, Problem> {
    let options = serde_saphyr::options! {
        // Otherwise the texts yes, no, on and off would become true and false.
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_depth: MAX_DEPTH,
            max_recorded_anchor_events: MAX_NODES,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| problem(&error))
}

fn problem(error: &Error) -> Problem {
    let place = error.location().filter(|place| *place != Location::UNKNOWN);
    let (line, column) = place.map_or((0, 0), |at| (at.line(), at.column()));
    let (message, fix) = sentence(error.without_snippet());
    Problem { line, column, step: None, message, fix }
}

/// What is wrong and how to mend it.
fn sentence(error: &Error) -> (String, String) {
    match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            let key = super::problem::brief(key);
            (format!("the key \"{key}\" is here twice"), "take one of them out".to_owned())
        }
        Error::Unexpected { expected, .. } => {
            let expected = match *expected {
                "mapping start" => "keys with values (\"key: value\")",
                "sequence start" => "a list (lines with \"- \")",
                "string scalar" => "a text",
                other => other,
            };
            (format!("here should be {expected}"), "mend the YAML at this place".to_owned())
        }
        Error::MultipleDocuments { .. } => (
            "there is more than one YAML document".to_owned(),
            "take out the line \"---\" and what follows".to_owned(),
        ),
        Error::Eof { .. } => {
            ("the definition is empty".to_owned(), "write a name and steps".to_owned())
        }
        Error::AliasError { error, .. } => sentence(error),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => too_much(),
        other if first_line(other) == "recursion limit exceeded" => too_much(),
        other if first_line(other).starts_with("non-finite float") => (
            "here should be a number; \".nan\" and \".inf\" are none".to_owned(),
            "change the value".to_owned(),
        ),
        other => (first_line(other), "mend the YAML at this place".to_owned()),
    }
}

fn too_much() -> (String, String) {
    (
        "the YAML is too large or too deep".to_owned(),
        "use fewer values and aliases, and less nesting".to_owned(),
    )
}

/// The library repeats the place and may show the source below; the first line says what.
fn first_line(error: &Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let line = line.rsplit_once(" at line ").map_or(line, |(what, _)| what);
    super::problem::brief(line)
}
