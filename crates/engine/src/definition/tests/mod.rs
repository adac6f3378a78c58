//! What a definition may say: its forms, its names, its schema, and what is wrong with bad
//! ones. Start with `forms`.

#![allow(clippy::unwrap_used)]

mod difference;
mod forms;
mod given;
mod hostile;
mod language;
mod manual;
mod names;
mod problems;
mod random;
mod schema;
mod written;

use super::{Definition, parse};

/// Every form of the language.
fn every_form() -> Vec<String> {
    include_str!("forms.txt").split("~~~\n").skip(1).map(str::to_owned).collect()
}

/// Parses, or fails with the problems.
fn parsed(text: &str) -> Definition {
    parse(text).unwrap_or_else(|_| panic!("{text}\n{}", problems(text)))
}

/// Every problem as people read it, one a line.
fn problems(text: &str) -> String {
    let problems = parse(text).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
