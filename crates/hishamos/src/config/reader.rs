//! Picking one value from its sources and remembering which one won.

use std::fmt::Display;
use std::str::FromStr;

use super::Environment;
use super::file::File;
use crate::failure::{Exit, Failure, Result};

/// One setting: its key in the file, its variable, its flag.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// `section.name` in `hishamos.toml`.
    pub name: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// The flag, when there is one.
    pub flag: &'static str,
}

/// A setting as `hishamos config print` shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// Its key.
    pub key: String,
    /// Its value; secrets are masked.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// The sources below the flags, and what was picked so far.
#[derive(Debug)]
pub struct Reader<'a> {
    environment: &'a Environment,
    file: &'a File,
    lines: Vec<Line>,
}

/// A text that won, and where it stood.
pub struct Found {
    /// The text.
    pub text: String,
    /// Where it stood.
    pub origin: String,
    exit: Exit,
}

impl<'a> Reader<'a> {
    /// A reader of these sources.
    pub fn new(environment: &'a Environment, file: &'a File) -> Self {
        Self { environment, file, lines: Vec::new() }
    }

    /// The environment, for the keys of providers.
    pub fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// The file.
    pub fn file(&self) -> &'a File {
        self.file
    }

    /// A setting that has a default.
    pub fn value<T>(&mut self, key: Key, flag: Option<&str>, default: T) -> Result<T>
    where
        T: FromStr<Err: Display> + Display,
    {
        let Some(found) = self.find(key, flag) else {
            self.note(key.name, default.to_string(), "default");
            return Ok(default);
        };
        self.take(key, found)
    }

    /// A setting that may be absent.
    pub fn optional<T>(&mut self, key: Key, flag: Option<&str>) -> Result<Option<T>>
    where
        T: FromStr<Err: Display> + Display,
    {
        let Some(found) = self.find(key, flag) else {
            self.note(key.name, "-", "default");
            return Ok(None);
        };
        self.take(key, found).map(Some)
    }

    /// A setting whose value is never shown.
    pub fn secret(&mut self, key: Key, flag: Option<&str>) -> Option<base::Secret<String>> {
        let found = self.find(key, flag);
        match &found {
            Some(found) => self.note(key.name, "***", found.origin.clone()),
            None => self.note(key.name, "-", "default"),
        }
        found.map(|found| base::Secret::new(found.text))
    }

    /// Remembers a setting that was read another way.
    pub fn note(&mut self, key: &str, value: impl Into<String>, origin: impl Into<String>) {
        self.lines.push(Line { key: key.to_owned(), value: value.into(), origin: origin.into() });
    }

    /// What was picked.
    pub fn into_lines(self) -> Vec<Line> {
        self.lines
    }

    /// The text that wins, for settings that are read another way; `note` it then.
    pub fn find_text(&self, key: Key, flag: Option<&str>) -> Option<Found> {
        self.find(key, flag)
    }

    fn find(&self, key: Key, flag: Option<&str>) -> Option<Found> {
        if let Some(text) = flag {
            let origin = format!("flag {}", key.flag);
            return Some(Found { text: text.to_owned(), origin, exit: Exit::Usage });
        }
        if let Some(text) = self.environment.get(key.variable) {
            let origin = format!("environment {}", key.variable);
            return Some(Found { text: text.to_owned(), origin, exit: Exit::Invalid });
        }
        let entry = self.file.get(key.name)?;
        let origin = format!("{} line {}", self.file.path.display(), entry.line);
        Some(Found { text: entry.text.clone(), origin, exit: Exit::Invalid })
    }

    fn take<T>(&mut self, key: Key, found: Found) -> Result<T>
    where
        T: FromStr<Err: Display> + Display,
    {
        let value = found.text.parse::<T>().map_err(|reason| {
            let Found { text, origin, exit } = &found;
            Failure::new(*exit, format!("{} \"{text}\" ({origin}): {reason}", key.name))
        })?;
        self.note(key.name, value.to_string(), found.origin);
        Ok(value)
    }
}
