//! The idea: words, of a sensible length. The API has the same rules; they are checked
//! here first so that a wrong idea does not even start a server.

use std::ffi::OsStr;

use crate::failure::{Failure, Result};

/// What is made when nobody says.
const SAMPLE: &str = "A clinic needs online appointment booking with SMS reminders";
/// The longest idea, in characters, as the API has it.
const LONGEST: usize = 20_000;
/// The longest name of a project made from an idea.
const NAME: usize = 60;

/// An idea that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idea(String);

impl Idea {
    /// Its words.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// A name for its project: its beginning, whole words.
    pub fn name(&self) -> String {
        let words: Vec<&str> = self.0.split_whitespace().collect();
        let whole = words.join(" ");
        if whole.chars().count() <= NAME {
            return whole;
        }
        let mut name = String::new();
        for word in words {
            if name.chars().count() + word.chars().count() + 2 > NAME {
                break;
            }
            name.extend([word, " "]);
        }
        if name.is_empty() {
            name = whole.chars().take(NAME - 1).collect();
        }
        format!("{}…", name.trim_end())
    }
}

/// Checks what was typed; the sample when nothing was.
pub fn check(typed: Option<&OsStr>) -> Result<Idea> {
    let Some(typed) = typed else { return Ok(Idea(SAMPLE.to_owned())) };
    let strange = "the idea has characters that are not text; describe it in words";
    let idea = typed.to_str().ok_or_else(|| Failure::invalid(strange))?.trim();
    if idea.is_empty() {
        return Err(Failure::invalid(
            "the idea is empty; describe in a sentence what should be built",
        ));
    }
    let length = idea.chars().count();
    if length > LONGEST {
        return Err(Failure::invalid(format!(
            "the idea has {length} characters, more than {LONGEST}; shorten it"
        )));
    }
    let is_strange = |letter: char| {
        letter == '\u{fffd}' || (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    };
    if idea.chars().any(is_strange) {
        return Err(Failure::invalid(strange));
    }
    if !idea.chars().any(char::is_alphanumeric) {
        return Err(Failure::invalid(
            "the idea has no words; describe in a sentence what should be built",
        ));
    }
    Ok(Idea(idea.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn only_words_are_ideas() {
        let check = |typed: &[u8], expected: &str| {
            let failure = check(Some(OsStr::from_bytes(typed))).unwrap_err();
            assert!(failure.message.contains(expected), "{}", failure.message);
            assert_eq!(failure.exit, crate::failure::Exit::Invalid);
        };
        check(b"", "is empty");
        check(b" \n ", "is empty");
        check(b"?!", "has no words");
        check(b"\xff\xfe", "not text");
        check(b"PK\x03\x04", "not text");
        check("x".repeat(100_000).as_bytes(), "has 100000 characters");
    }

    #[test]
    fn names_are_the_beginning_of_the_idea() {
        let check = |typed: &str, expected: &str| {
            assert_eq!(check(Some(OsStr::new(typed))).unwrap().name(), expected);
        };
        check("عيادة تحتاج إلى حجز", "عيادة تحتاج إلى حجز");
        check(
            "A clinic needs online appointment booking with SMS reminders for patients",
            "A clinic needs online appointment booking with SMS…",
        );
        check(&"x".repeat(100), &format!("{}…", "x".repeat(59)));
    }
}
