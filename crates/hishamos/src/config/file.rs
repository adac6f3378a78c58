//! `hishamos.toml`: read whole, and refused when a key in it is not known, because a
//! misspelt key that is silently ignored is worse than an error.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::providers::{PROVIDER_KEYS, ProviderEntry};
use crate::failure::{Failure, Result};

/// A value as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The value as text.
    pub text: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// The whole file; empty when there is none.
#[derive(Debug, Default)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// `[[providers]]`, with the line of each.
    pub providers: Vec<(usize, ProviderEntry)>,
    entries: BTreeMap<String, Entry>,
}

impl File {
    /// Reads `hishamos.toml` of a data folder; `known` are all keys but those of providers.
    pub fn read(folder: &Path, known: &[&str]) -> Result<Self> {
        let path = folder.join("hishamos.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text, known),
            // NotADirectory: opening the folder says it better than we could here
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(Self { path, ..Self::default() })
            }
            Err(error) => Err(Failure::invalid(format!(
                "cannot read the configuration {}: {error}; make it readable as UTF-8 text or remove it",
                path.display()
            ))),
        }
    }

    /// A setting by `section.name`.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    fn parse(path: &Path, text: &str, known: &[&str]) -> Result<Self> {
        let parser = Parser { path, text, known };
        let table = DeTable::parse(text).map_err(|error| {
            parser.problem(error.span().map_or(0, |span| span.start), error.message())
        })?;
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        for (section, value) in table.get_ref() {
            let name = section.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Array(tables) if name == "providers" => {
                    for table in tables {
                        file.providers.push(parser.provider(table)?);
                    }
                }
                _ if name == "providers" => {
                    return Err(parser.problem(
                        value.span().start,
                        "write [[providers]] with two pairs of brackets, one block for each provider",
                    ));
                }
                DeValue::Table(table) => parser.section(name, table, &mut file.entries)?,
                _ => return Err(parser.unknown(section.span().start, name)),
            }
        }
        Ok(file)
    }
}

struct Parser<'a> {
    path: &'a Path,
    text: &'a str,
    known: &'a [&'a str],
}

impl Parser<'_> {
    fn section(
        &self,
        section: &str,
        table: &DeTable<'_>,
        entries: &mut BTreeMap<String, Entry>,
    ) -> Result<()> {
        for (key, value) in table {
            let name = format!("{section}.{}", key.get_ref());
            if let DeValue::Table(inner) = value.get_ref()
                && self.known.iter().any(|known| known.starts_with(&format!("{name}.")))
            {
                self.section(&name, inner, entries)?;
                continue;
            }
            if !self.known.contains(&name.as_str()) {
                return Err(self.unknown(key.span().start, &name));
            }
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.as_str().replace('_', ""),
                DeValue::Float(number) => number.as_str().to_owned(),
                DeValue::Boolean(flag) => flag.to_string(),
                DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                    let message = format!("{name} takes one text, number or true/false");
                    return Err(self.problem(value.span().start, &message));
                }
            };
            entries.insert(name, Entry { text, line: self.line(key.span().start) });
        }
        if table.is_empty() && !self.known.iter().any(|key| key.starts_with(&format!("{section}.")))
        {
            return Err(Failure::invalid(format!(
                "{}: unknown section [{section}]; remove it",
                self.path.display()
            )));
        }
        Ok(())
    }

    fn provider(&self, value: &Spanned<DeValue<'_>>) -> Result<(usize, ProviderEntry)> {
        let start = value.span().start;
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.problem(start, "each of [[providers]] is a block of keys"));
        };
        for key in table.keys() {
            if !PROVIDER_KEYS.contains(&key.get_ref().as_ref()) {
                let message = unknown(key.get_ref(), &PROVIDER_KEYS, "providers.");
                return Err(self.problem(key.span().start, &message));
            }
        }
        let entry = ProviderEntry::deserialize(toml::de::ValueDeserializer::from(value.clone()))
            .map_err(|error| {
                let at = error.span().map_or(start, |span| span.start);
                self.problem(at, &format!("[[providers]]: {}", error.message()))
            })?;
        Ok((self.line(start), entry))
    }

    fn unknown(&self, at: usize, name: &str) -> Failure {
        self.problem(at, &unknown(name, self.known, ""))
    }

    fn problem(&self, at: usize, message: &str) -> Failure {
        let message = message.trim().replace('\n', ", ");
        Failure::invalid(format!("{} line {}: {message}", self.path.display(), self.line(at)))
    }

    fn line(&self, at: usize) -> usize {
        self.text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
    }
}

/// Names the known key that is most like the unknown one.
fn unknown(name: &str, known: &[&str], prefix: &str) -> String {
    // A key without its section is a common mistake.
    let alike = |key: &str| {
        let last = key.rsplit_once('.').map_or(key, |(_, last)| last);
        strsim::jaro_winkler(name, key).max(strsim::jaro_winkler(name, last))
    };
    let likeness = |key: &&&str| (alike(key) * 1000.0) as u32;
    match known.iter().max_by_key(likeness) {
        Some(nearest) if alike(nearest) > 0.7 => {
            format!("unknown key \"{prefix}{name}\"; did you mean \"{prefix}{nearest}\"?")
        }
        _ => format!("unknown key \"{prefix}{name}\"; the known ones are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const KNOWN: [&str; 4] =
        ["server.listen", "server.public_url", "limits.body_bytes", "limits.size.most"];

    fn parse(text: &str) -> Result<File> {
        File::parse(Path::new("hishamos.toml"), text, &KNOWN)
    }

    #[test]
    fn values_keep_their_lines() {
        let file = parse("[server]\n\nlisten = \"x\"\n[limits]\nbody_bytes = 1_000\n").unwrap();
        assert_eq!(file.get("server.listen"), Some(&Entry { text: "x".to_owned(), line: 3 }));
        assert_eq!(
            file.get("limits.body_bytes"),
            Some(&Entry { text: "1000".to_owned(), line: 5 })
        );
        assert_eq!(file.get("server.public_url"), None);
        for text in ["[limits.size]\nmost = 1.5\n", "[limits]\nsize.most = 1.5\n"] {
            let entry = Entry { text: "1.5".to_owned(), line: 2 };
            assert_eq!(parse(text).unwrap().get("limits.size.most"), Some(&entry), "{text}");
        }
    }

    #[test]
    fn providers_are_read() {
        let file =
            parse("[[providers]]\nname = \"a\"\nbase_url = \"http://x/v1\"\nmodels = [\"m\"]\n")
                .unwrap();
        assert_eq!(file.providers[0].1.name, "a");
        assert_eq!(file.providers[0].1.models, ["m"]);
    }

    #[test]
    fn mistakes_are_one_sentence_with_line_and_fix() {
        let check = |text: &str, expected: &str| {
            let message = parse(text).unwrap_err().message;
            assert_eq!(message, format!("hishamos.toml {expected}"));
        };
        check(
            "[server]\nlisen = \"x\"",
            "line 2: unknown key \"server.lisen\"; did you mean \"server.listen\"?",
        );
        check(
            "\nlisten = \"x\"",
            "line 2: unknown key \"listen\"; did you mean \"server.listen\"?",
        );
        check(
            "[[providers]]\nname = \"a\"\nbase_ulr = \"x\"",
            "line 3: unknown key \"providers.base_ulr\"; did you mean \"providers.base_url\"?",
        );
        check(
            "[limits.size]\nmots = 1",
            "line 2: unknown key \"limits.size.mots\"; did you mean \"limits.size.most\"?",
        );
        check("[[providers]]\nname = \"a\"", "line 1: [[providers]]: missing field `base_url`");
        check(
            "[providers]\nname = \"a\"",
            "line 1: write [[providers]] with two pairs of brackets, one block for each provider",
        );
        check(
            "[server]\nlisten = []",
            "line 2: server.listen takes one text, number or true/false",
        );
    }
}
