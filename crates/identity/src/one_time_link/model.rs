//! What a link is for and how long it lives.

use std::time::Duration;

/// How long a link can be used.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// What a link is for. A link for one thing does not open another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The first set-up.
    Setup,
    /// Signing in as one user, by a person.
    SignIn,
    /// The same, by a program of this installation, at once.
    Program,
}

impl Purpose {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::SignIn => "sign_in",
            Self::Program => "program",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Setup, Self::SignIn, Self::Program]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }
}
