//! A user as stored, and the rules for what they type.

use base::{OrganisationId, RoleId, Secret, UserId};
use web::{FieldError, Result};

use super::Email;
use crate::words::words;

words! {
    /// The language of the interface.
    Locale, "locale" {
        /// English.
        English = "en",
        /// Arabic.
        Arabic = "ar",
        /// German.
        German = "de",
        /// Spanish.
        Spanish = "es",
        /// French.
        French = "fr",
    }
}

words! {
    /// The colours of the interface.
    Theme, "theme" {
        /// As the computer is set.
        System = "system",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The tenant.
    pub organisation: OrganisationId,
    /// Their id.
    pub id: UserId,
    /// Their address.
    pub email: Email,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: RoleId,
    /// The hash of their password, if they have one.
    pub password_hash: Option<Secret<String>>,
    /// Their language.
    pub locale: Locale,
    /// Whether they may come in.
    pub is_active: bool,
}

/// A name of a person, an organisation or a key: trimmed, 1 to 200 visible characters.
pub(crate) fn check_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let is_visible = !name.chars().any(char::is_control);
    if !name.is_empty() && name.chars().count() <= 200 && is_visible {
        Ok(name.to_owned())
    } else {
        Err("use 1 to 200 characters on one line")
    }
}

/// Notes what is wrong with a field and goes on, so that all of it is told at once.
pub(crate) fn collect<T>(
    refused: &mut Vec<FieldError>,
    field: &str,
    checked: Result<T, impl Into<String>>,
) -> Option<T> {
    checked
        .map_err(|message| {
            refused.push(FieldError { field: field.to_owned(), message: message.into() });
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(check_name(text).ok().as_deref(), expected, "{text:?}");
        };
        check(" Mona ", Some("Mona"));
        check("منى", Some("منى"));
        check("  ", None);
        check("two\nlines", None);
        check(&"x".repeat(200), Some(&"x".repeat(200)));
        check(&"x".repeat(201), None);
    }
}
