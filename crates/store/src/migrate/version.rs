//! Product versions, compared by number.

use std::fmt;
use std::str::FromStr;

/// A product version such as `1.2.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The version of a database without a schema.
    pub const NONE: Self = Self::new(0, 0, 0);

    /// A version from its three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("\"{text}\" is not a version like 1.2.0");
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let mut next = || {
            let part = parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
            part.and_then(|part| part.parse().ok()).ok_or_else(refuse)
        };
        let version = Self::new(next()?, next()?, next()?);
        if parts.next().is_some() { Err(refuse()) } else { Ok(version) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_three_numbers_and_nothing_else() {
        let check = |text: &str, expected: Option<Version>| {
            assert_eq!(text.parse::<Version>().ok(), expected, "{text}");
        };
        check("1.2.0", Some(Version::new(1, 2, 0)));
        check("v0.10.3", Some(Version::new(0, 10, 3)));
        for text in ["", "1", "1.2", "1.2.3.4", "1.2.x", "1.2.-3", "1.2.+3", "latest"] {
            check(text, None);
        }
        assert!(Version::new(0, 9, 9) < Version::new(0, 10, 0));
    }
}
