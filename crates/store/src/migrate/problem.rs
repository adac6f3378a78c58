//! Why a migration was refused or failed.

use super::{Lost, Version};

/// Why a migration was refused or failed; in every case the schema is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No shipped migration belongs to this version.
    #[error("version {version} is not known to this program; it knows {known}")]
    UnknownVersion {
        /// What was asked for.
        version: Version,
        /// What there is.
        known: String,
    },
    /// The version asked for lies in the other direction.
    #[error("the database is at {current}, {target} is {side} it; use `{instead} {target}`")]
    WrongDirection {
        /// Where the database is.
        current: Version,
        /// What was asked for.
        target: Version,
        /// `above` or `below`.
        side: &'static str,
        /// The command that goes there.
        instead: &'static str,
    },
    /// A file changed after it was applied here.
    #[error(
        "migration {name} was changed after it was applied to this database (its checksum is {found}, the database remembers {remembered}); use the program that applied it, or put the change in a new migration"
    )]
    Changed {
        /// Which one.
        name: String,
        /// The checksum of the shipped files.
        found: String,
        /// The checksum in the database.
        remembered: String,
    },
    /// The database was made by a newer program.
    #[error(
        "the database is newer than this program: it has migration {name} of version {version}; use hishamos {version} or newer, or downgrade the database with that version's hishamos-migrate"
    )]
    Newer {
        /// The migration that we do not have.
        name: String,
        /// Its product version.
        version: String,
    },
    /// The remembered migrations are not the first ones of the list.
    #[error(
        "the database remembers migration {found} where {expected} belongs; it was changed by hand: restore a backup"
    )]
    OutOfOrder {
        /// What the database says.
        found: String,
        /// What the list says.
        expected: String,
    },
    /// A downgrade would delete rows.
    #[error("the downgrade would delete {}; make a backup, then repeat with --yes", Lost::sentence(.0))]
    Loss(Vec<Lost>),
    /// A statement of the migration failed.
    #[error("migration {name} failed on its way {direction}, nothing of it was kept: {reason}")]
    Failed {
        /// Which one.
        name: &'static str,
        /// `up` or `down`.
        direction: &'static str,
        /// What the database said.
        reason: String,
    },
}

impl Problem {
    /// Whether the request itself was wrong, not the database.
    pub fn is_invalid_input(&self) -> bool {
        matches!(self, Self::UnknownVersion { .. } | Self::WrongDirection { .. })
    }

    /// Whether going on could destroy something.
    pub fn is_unsafe(&self) -> bool {
        matches!(
            self,
            Self::Changed { .. } | Self::Newer { .. } | Self::OutOfOrder { .. } | Self::Loss(_)
        )
    }
}
