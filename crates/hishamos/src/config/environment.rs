//! The environment of the process, taken once.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::failure::{Failure, Result};

/// The variables that the configuration may look at; tests write one down.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The environment of this process; refused when a value that is meant for us is no text,
    /// because the default in its place may be another folder or another database.
    pub fn of_process() -> Result<Self> {
        Self::of(std::env::vars_os())
    }

    fn of(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Self> {
        let mut texts = BTreeMap::new();
        for (name, value) in variables {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => {
                    texts.insert(name, value);
                }
                Err(_) if name.starts_with("HISHAMOS_") => {
                    return Err(Failure::invalid(format!(
                        "the variable {name} is not text in UTF-8; set it anew, or remove it and use a flag"
                    )));
                }
                Err(_) => {}
            }
        }
        Ok(Self(texts))
    }

    /// The names of all variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A variable; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::ffi::OsStringExt as _;

    use super::*;

    #[test]
    fn values_for_us_that_are_no_text_are_refused() {
        let of = |name: &str| {
            let pairs = [
                (OsString::from(name), OsString::from_vec(b"/srv/\xff".to_vec())),
                (OsString::from("HISHAMOS_LOG"), OsString::from("debug")),
            ];
            Environment::of(pairs.into_iter())
        };
        let failure = of("HISHAMOS_DATA").unwrap_err();
        assert!(failure.message.contains("HISHAMOS_DATA"), "{failure}");
        assert_eq!(of("OLDPWD").unwrap().get("HISHAMOS_LOG"), Some("debug"));
    }
}
