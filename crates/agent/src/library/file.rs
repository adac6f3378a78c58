//! One library file, cut into front matter and body.

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::Problem;

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

    /// What is wrong with the keys of this file.
    pub fn check_slug(&self, given: Option<&str>, aliases: &[String]) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_slug(self.slug) {
            problems.push(self.problem(
                &[],
                format!(
                    "the file name \"{}\" is no slug: use lower-case letters, digits, - and _",
                    self.slug
                ),
            ));
        }
        if let Some(given) = given.filter(|given| *given != self.slug) {
            problems.push(self.problem(&["slug"], format!(
                "\"slug\" is \"{given}\" but the file is \"{}\": make them the same or leave \"slug\" out", self.slug
            )));
        }
        for alias in aliases.iter().filter(|alias| !is_slug(alias)) {
            problems.push(self.problem(
                &["aliases"],
                format!("alias \"{alias}\" is no slug: use lower-case letters, digits, - and _"),
            ));
        }
        problems
    }

    /// What is wrong with a temperature.
    pub fn check_temperature(&self, path: &[&str], given: Option<f64>) -> Option<Problem> {
        given.filter(|value| !(0.0..=2.0).contains(value)).map(|value| {
            self.problem(path, format!("\"temperature\" is {value}: give a number from 0 to 2"))
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
