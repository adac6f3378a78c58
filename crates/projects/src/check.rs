//! Checking what people send, field by field, so that one answer names all that is wrong.

use web::{Error, FieldError, Result};

/// The longest title or name, in characters.
pub(crate) const TITLE: usize = 255;
/// The longest description, in characters.
pub(crate) const DESCRIPTION: usize = 20_000;
/// The longest of the shorter texts: role, feature, benefit, one criterion.
pub(crate) const SENTENCE: usize = 2_000;

/// The complaints so far.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<FieldError>);

impl Checks {
    /// Adds a complaint.
    pub(crate) fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// One line of text that must not be empty, trimmed.
    pub(crate) fn title(&mut self, field: &str, text: &str, most: usize) -> String {
        let text = self.line(field, text, most);
        if text.is_empty() {
            self.refuse(field, "is empty; write at least one character");
        }
        text
    }

    /// One line of text, trimmed; may be empty.
    pub(crate) fn line(&mut self, field: &str, text: &str, most: usize) -> String {
        self.bounded(field, text.trim(), most, |_| false)
    }

    /// Several lines of text, with their line breaks as `\n`; may be empty.
    pub(crate) fn text(&mut self, field: &str, text: &str, most: usize) -> String {
        let text = text.replace("\r\n", "\n");
        self.bounded(field, text.trim(), most, |letter| matches!(letter, '\n' | '\t'))
    }

    /// A list of non-empty texts.
    pub(crate) fn list(
        &mut self,
        field: &str,
        texts: &[String],
        most: usize,
        longest: usize,
    ) -> Vec<String> {
        if texts.len() > most {
            self.refuse(field, format!("has {} entries; use at most {most}", texts.len()));
            return Vec::new();
        }
        let named = texts.iter().enumerate();
        named
            .map(|(index, text)| {
                let field = format!("{field}[{index}]");
                let text = self.text(&field, text, longest);
                if text.is_empty() {
                    self.refuse(&field, "is empty; write something or leave it out");
                }
                text
            })
            .collect()
    }

    fn bounded(
        &mut self,
        field: &str,
        text: &str,
        most: usize,
        is_allowed: impl Fn(char) -> bool,
    ) -> String {
        let length = text.chars().count();
        if length > most {
            self.refuse(field, format!("has {length} characters; use at most {most}"));
        }
        if let Some(letter) = text.chars().find(|&c| c.is_control() && !is_allowed(c)) {
            let code = u32::from(letter);
            self.refuse(field, format!("holds the control character U+{code:04X}; remove it"));
        }
        text.to_owned()
    }

    /// The value, unless something was refused.
    pub(crate) fn finish<T>(self, value: T) -> Result<T> {
        if self.0.is_empty() { Ok(value) } else { Err(Error::invalid_fields(self.0)) }
    }
}
