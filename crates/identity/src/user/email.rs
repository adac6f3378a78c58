//! E-mail addresses: the name that people sign in with.

use std::fmt;

/// The longest address that mail servers carry (RFC 5321).
const LONGEST: usize = 254;

/// An e-mail address in the form that is stored and compared: trimmed and in lower case.
/// `Debug` hides it, so that it does not reach a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads an address; what is wrong with it otherwise.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let email = Self::lookup(text);
        let is_address = email.0.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        if email.0.len() > LONGEST {
            return Err("is longer than 254 characters");
        }
        let is_clean = !email.0.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        if is_address && is_clean { Ok(email) } else { Err("write it like name@example.com") }
    }

    /// Any text as an address to look up; one that is not an address finds nobody.
    pub(crate) fn lookup(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***@***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(Email::parse(text).ok().as_ref().map(Email::as_str), expected, "{text}");
        };
        check(" Mona@Example.COM ", Some("mona@example.com"));
        check("منى@مثال.مصر", Some("منى@مثال.مصر"));
        check("mona@localhost", Some("mona@localhost"));
        check("mona", None);
        check("@example.com", None);
        check("mona@", None);
        check("mona@b@c", None);
        check("mo na@example.com", None);
        check("mona\n@example.com", None);
        check(&format!("{}@example.com", "a".repeat(250)), None);
    }

    #[test]
    fn debug_output_hides_the_address() {
        assert!(!format!("{:?}", Email::lookup("mona@example.com")).contains("mona"));
    }
}
