//! Why a secret could not be kept or read.

use base::Secret;

/// Why a secret could not be kept or read. There is never a way around it: what cannot be
/// opened is not used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The sealed text does not belong to this place, or was changed.
    #[error(
        "the {0} does not open: it was changed, or it was moved here from another row; enter it again"
    )]
    Tampered(String),
    /// The data key is gone.
    #[error(
        "the {place} is sealed with data key \"{key_id}\", which is not in the database; restore the table data_keys, or enter it again"
    )]
    NoDataKey {
        /// Where the secret belongs.
        place: String,
        /// The data key.
        key_id: String,
    },
    /// The master key is another one.
    #[error(
        "data key \"{key_id}\" is sealed with master key \"{needed}\", but this server has {known}; put the right master key back"
    )]
    WrongMasterKey {
        /// The data key.
        key_id: String,
        /// The master key that it wants.
        needed: String,
        /// The ones that are there.
        known: String,
    },
    /// The master key cannot be used.
    #[error("the master key {origin} cannot be used: {reason}")]
    MasterKey {
        /// Where it comes from.
        origin: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The vault does not give it out, and nothing else may take its place.
    #[error("the vault does not answer as it should: {0}")]
    Vault(String),
    /// A secret is kept where this server cannot look.
    #[error(
        "the {place} is kept in {kept_in}, which this server is not set up for; set it up, or enter the secret again"
    )]
    Elsewhere {
        /// Where the secret belongs.
        place: String,
        /// Where it is kept.
        kept_in: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl SecretError {
    /// The same as an answer of the API.
    pub(crate) fn into_web(self) -> web::Error {
        match self {
            Self::Store(error) => error.into(),
            Self::Vault(_) => web::Error::unavailable(
                "secrets_unavailable",
                self.to_string(),
                std::time::Duration::from_secs(10),
            ),
            Self::Tampered(_)
            | Self::NoDataKey { .. }
            | Self::WrongMasterKey { .. }
            | Self::MasterKey { .. }
            | Self::Elsewhere { .. } => web::invalid_state(self.to_string()),
        }
    }
}

/// The last letters of a secret, to recognise it by; nothing of a short one.
pub(crate) fn hint(secret: &Secret<String>) -> String {
    let letters: Vec<char> = secret.reveal().chars().collect();
    if letters.len() < 12 {
        return String::new();
    }
    letters[letters.len() - 4..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_show_four_letters_of_long_secrets_only() {
        let check = |secret: &str, expected: &str| {
            assert_eq!(hint(&Secret::new(secret.to_owned())), expected, "{secret}");
        };
        check("sk-proj-1234567890", "7890");
        check("short", "");
        check("", "");
    }
}
