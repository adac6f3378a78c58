//! Where a database is, compared with the list that this program ships.

use base::Timestamp;

use super::{Migration, Migrations, Problem, Version};

/// A migration that the database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// The product version it came with.
    pub version: String,
    /// The checksum of its files at that time.
    pub checksum: String,
    /// When it was applied.
    pub at: Timestamp,
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The product version of the newest applied migration; 0.0.0 without a schema.
    pub version: Version,
    /// What the database has, oldest first.
    pub applied: Vec<Applied>,
    /// What it lacks, in the order it will be applied.
    pub pending: Vec<Migration>,
}

impl Migrations {
    /// Compares what a database has with this list; refuses what does not fit.
    pub(super) fn compare(self, applied: Vec<Applied>) -> Result<Status, Problem> {
        for (index, found) in applied.iter().enumerate() {
            let Some(shipped) = self.0.get(index) else {
                return Err(Problem::Newer {
                    name: found.name.clone(),
                    version: found.version.clone(),
                });
            };
            if found.number != shipped.number || found.name != shipped.name {
                return Err(Problem::OutOfOrder {
                    found: found.name.clone(),
                    expected: shipped.name.to_owned(),
                });
            }
            if found.checksum != shipped.checksum() {
                return Err(Problem::Changed {
                    name: found.name.clone(),
                    found: short(&shipped.checksum()),
                    remembered: short(&found.checksum),
                });
            }
        }
        let (have, pending) = self.0.split_at(applied.len());
        let version = have.last().map_or(Version::NONE, |one| one.version);
        Ok(Status { version, applied, pending: pending.to_vec() })
    }

    /// The version of the newest migration.
    pub fn newest(self) -> Version {
        self.0.last().map_or(Version::NONE, |one| one.version)
    }

    /// Refuses a version that no migration carries; 0.0.0 is the empty database.
    pub(super) fn known(self, version: Version) -> Result<(), Problem> {
        if version == Version::NONE || self.0.iter().any(|one| one.version == version) {
            return Ok(());
        }
        let mut known: Vec<String> = self.0.iter().map(|one| one.version.to_string()).collect();
        known.dedup();
        Err(Problem::UnknownVersion { version, known: known.join(", ") })
    }
}

fn short(checksum: &str) -> String {
    checksum.chars().take(12).collect()
}
