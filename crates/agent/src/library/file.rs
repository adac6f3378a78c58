//! One library file, cut into front matter and body.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::Problem;

const SLUG_RULE: &str = "use lower-case letters, digits, - and _";

/// A version as its author writes it: `1` and `"1.2"` alike.
pub(super) struct Label(pub String);

impl Default for Label {
    fn default() -> Self {
        Self("1".to_owned())
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self(text)),
            serde_json::Value::Number(number) => Ok(Self(number.to_string())),
            _ => Err(serde::de::Error::custom("\"version\" must be a number or a string")),
        }
    }
}

/// What people call something whose file gives no title: `list_features` reads
/// `List features`.
pub(super) fn title(slug: &str) -> String {
    let words = slug.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A normalised file: line ends are `\n`, no byte order mark, one line end at the end.
pub(super) struct File<'a> {
    path: &'a str,
    /// The name of the file without its ending.
    pub slug: &'a str,
    text: &'a str,
    front: &'a str,
    /// What stands below the front matter.
    pub body: &'a str,
    /// The line that `body` starts on, once blank lines are skipped.
    body_line: usize,
}

/// The text in the form that is hashed, so that an editor's line ends change nothing.
pub(super) fn normalise(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    format!("{}\n", text.trim_end())
}

impl<'a> File<'a> {
    /// Cuts a normalised text into its two parts.
    pub fn new(path: &'a str, slug: &'a str, text: &'a str) -> Result<Self, Problem> {
        let fault = |line, message: &str| Problem {
            file: path.to_owned(),
            line,
            message: message.to_owned(),
        };
        let after = text.strip_prefix("---\n").ok_or_else(|| {
            fault(1, "the file must start with front matter: a line `---`, YAML, a line `---`")
        })?;
        let (front, body) = match after.strip_prefix("---\n") {
            Some(body) => ("", body),
            None => after.split_once("\n---\n").ok_or_else(|| {
                fault(1, "the front matter has no end: close it with a line `---`")
            })?,
        };
        let blank = body.len() - body.trim_start().len();
        let body_start = text.len() - body.len() + blank;
        let body_line = text[..body_start].matches('\n').count() + 1;
        Ok(Self { path, slug, text, front, body, body_line })
    }

    /// SHA-256 of the normalised text, in hex.
    pub fn hash(&self) -> String {
        Sha256::digest(self.text.as_bytes()).iter().fold(
            String::with_capacity(64),
            |mut hex, byte| {
                for digit in [byte >> 4, byte & 15] {
                    hex.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
                }
                hex
            },
        )
    }

    /// The front matter as a typed value.
    pub fn front_matter<T: DeserializeOwned>(&self) -> Result<T, Vec<Problem>> {
        serde_saphyr::from_str(self.front).map_err(|error| {
            let error = error.without_snippet();
            let line = error.location().map_or(1, |location| location.line() as usize);
            vec![Problem {
                file: self.path.to_owned(),
                line: line + 1,
                message: format!("front matter: {error}"),
            }]
        })
    }

    /// A problem with the field at `path`, on the line where the field stands.
    pub fn problem(&self, path: &[&str], message: impl Into<String>) -> Problem {
        Problem { file: self.path.to_owned(), line: self.line_of(path), message: message.into() }
    }

    /// A problem on a line of the body, counted from 1.
    pub fn body_problem(&self, line: usize, message: impl Into<String>) -> Problem {
        let line = self.body_line + line.saturating_sub(1);
        Problem { file: self.path.to_owned(), line, message: message.into() }
    }

    /// What is wrong with the keys of this file. Its `name` is its slug, as the convention
    /// of coding CLIs has it.
    pub fn check_names(&self, name: &str, aliases: &[String]) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_slug(self.slug) {
            let message = format!("the file name \"{}\" is no slug: {SLUG_RULE}", self.slug);
            problems.push(self.problem(&[], message));
        }
        if name != self.slug {
            let message = format!(
                "\"name\" is \"{name}\" but the file is \"{}\": make them the same; words for people go into \"title\"",
                self.slug
            );
            problems.push(self.problem(&["name"], message));
        }
        for alias in aliases.iter().filter(|alias| !is_slug(alias)) {
            let message = format!("alias \"{alias}\" is no slug: {SLUG_RULE}");
            problems.push(self.problem(&["aliases"], message));
        }
        problems
    }

    /// Which of these texts are empty.
    pub fn check_filled(&self, fields: &[(&str, &str)]) -> Vec<Problem> {
        let empty = fields.iter().filter(|(_, text)| text.trim().is_empty());
        empty
            .map(|(field, _)| {
                self.problem(&[field], format!("\"{field}\" is empty: say it in a few words"))
            })
            .collect()
    }

    /// What is wrong with the settings of a model.
    pub fn check_model_settings(
        &self,
        temperature: Option<f64>,
        max_output_tokens: Option<u32>,
    ) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            self.check_range("temperature", temperature, 0.0..=2.0).into_iter().collect();
        if max_output_tokens == Some(0) {
            let message = "\"max_output_tokens\" is 0: give at least 1 or leave it out";
            problems.push(self.problem(&["max_output_tokens"], message));
        }
        problems
    }

    /// What is wrong with a number that has bounds.
    pub fn check_range(
        &self,
        field: &str,
        given: Option<f64>,
        range: RangeInclusive<f64>,
    ) -> Option<Problem> {
        given.filter(|value| !range.contains(value)).map(|value| {
            let message = format!(
                "\"{field}\" is {value}: give a number from {} to {}",
                range.start(),
                range.end()
            );
            self.problem(&[field], message)
        })
    }

    /// The line of a field: the first key stands at the start of a line, each further
    /// one is looked for from there on, in block or flow style.
    fn line_of(&self, path: &[&str]) -> usize {
        let lines: Vec<&str> = self.front.lines().collect();
        let mut found = None;
        for (depth, key) in path.iter().enumerate() {
            let start = found.unwrap_or(0);
            let holds = |line: &str| {
                if depth == 0 { starts_with_key(line, key) } else { holds_key(line, key) }
            };
            let Some(next) = (start..lines.len()).find(|index| holds(lines[*index])) else { break };
            found = Some(next);
        }
        // The front matter starts on the second line of the file.
        found.map_or(1, |index| index + 2)
    }
}

fn starts_with_key(line: &str, key: &str) -> bool {
    let line = line.trim_start_matches(['"', '\'']);
    line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
}

fn holds_key(line: &str, key: &str) -> bool {
    line.match_indices(key).any(|(at, _)| {
        let is_whole =
            line[..at].chars().next_back().is_none_or(|letter| " {,\"'".contains(letter));
        is_whole && starts_with_key(&line[at..], key)
    })
}

fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
}
