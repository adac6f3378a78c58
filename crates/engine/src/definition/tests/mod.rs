//! What a definition may say: its forms, its names, its schema, and what is wrong with bad
//! ones. Start with `forms`.

#![allow(clippy::unwrap_used)]

mod forms;
mod given;
mod hostile;
mod names;
mod problems;
mod schema;

use super::{Definition, parse};

/// Parses, or fails with the problems.
fn parsed(text: &str) -> Definition {
    parse(text).unwrap_or_else(|_| panic!("{text}\n{}", problems(text)))
}

/// Every problem as people read it, one a line.
fn problems(text: &str) -> String {
    let problems = parse(text).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
