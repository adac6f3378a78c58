//! The migrations inside this program.

use sha2::{Digest as _, Sha256};

use super::Version;
use crate::Kind;

/// One pair of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its place in the order; the first is 1.
    pub number: i64,
    /// The file name without `.up.sql`: `0001_initial`.
    pub name: &'static str,
    /// The first product version that needs it.
    pub version: Version,
    /// What brings the schema up.
    pub up: &'static str,
    /// What takes it back.
    pub down: &'static str,
}

impl Migration {
    /// What brings the schema up on this kind of database.
    pub(super) fn up_on(&self, kind: Kind) -> String {
        text_on(self.up, kind)
    }

    /// What takes it back on this kind of database.
    pub(super) fn down_on(&self, kind: Kind) -> String {
        text_on(self.down, kind)
    }

    /// What the database remembers of the files, to see whether they were changed later.
    pub fn checksum(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.up);
        hash.update([0]);
        hash.update(self.down);
        hex(&hash.finalize())
    }
}

/// The lines of a file that are meant for this kind of database. Those after the line
/// `-- on sqlite only` or `-- on postgres only` are for that one alone, up to the next such
/// line or to `-- on both`: triggers are all that needs it.
fn text_on(file: &str, kind: Kind) -> String {
    let mut text = String::with_capacity(file.len());
    let mut is_meant = true;
    for line in file.split_inclusive('\n') {
        match line.trim_end() {
            "-- on sqlite only" => is_meant = kind == Kind::Sqlite,
            "-- on postgres only" => is_meant = kind == Kind::Postgres,
            "-- on both" => is_meant = true,
            _ if is_meant => text.push_str(line),
            _ => {}
        }
    }
    text
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
        text
    })
}

/// The migrations that a program ships, oldest first, numbered from 1 without gaps.
#[derive(Debug, Clone, Copy)]
pub struct Migrations(pub &'static [Migration]);

macro_rules! migration {
    ($number:literal, $name:literal, $version:expr) => {
        Migration {
            number: $number,
            name: $name,
            version: $version,
            up: include_str!(concat!("../../migrations/", $name, ".up.sql")),
            down: include_str!(concat!("../../migrations/", $name, ".down.sql")),
        }
    };
}

/// What this program ships. `hishamos-migrate create NAME` writes the pair of files and
/// prints the line that belongs here; a test compares this list with the folder.
pub const SHIPPED: Migrations = Migrations(&[
    migration!(1, "0001_initial", Version::new(0, 1, 0)),
    migration!(2, "0002_workflows", Version::new(0, 2, 0)),
    migration!(3, "0003_triggers", Version::new(0, 2, 0)),
    migration!(4, "0004_money", Version::new(0, 2, 0)),
    migration!(5, "0005_platforms", Version::new(0, 2, 0)),
    migration!(6, "0006_indexes", Version::new(0, 2, 0)),
    migration!(7, "0007_key_pays", Version::new(0, 2, 0)),
    migration!(8, "0008_people", Version::new(0, 2, 0)),
    migration!(9, "0009_ai_access", Version::new(0, 2, 0)),
    migration!(10, "0010_day_caps", Version::new(0, 2, 0)),
]);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn list_and_folder_agree() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let expected: Vec<String> = SHIPPED
            .0
            .iter()
            .flat_map(|one| [format!("{}.down.sql", one.name), format!("{}.up.sql", one.name)])
            .collect();
        assert_eq!(files, expected, "add the new pair to SHIPPED");
    }

    #[test]
    fn numbers_have_no_gaps_and_versions_only_grow() {
        for (index, one) in SHIPPED.0.iter().enumerate() {
            assert_eq!(one.number, index as i64 + 1);
            assert!(one.name.starts_with(&format!("{:04}_", one.number)), "{}", one.name);
        }
        assert!(SHIPPED.0.is_sorted_by_key(|one| one.version));
    }

    #[test]
    fn lines_for_the_other_database_are_left_out() {
        let file = "a;\n-- on sqlite only\nb;\n-- on postgres only\nc;\n-- on both\nd;\n";
        assert_eq!(text_on(file, Kind::Sqlite), "a;\nb;\nd;\n");
        assert_eq!(text_on(file, Kind::Postgres), "a;\nc;\nd;\n");
    }

    #[test]
    fn checksum_sees_either_file() {
        let one = SHIPPED.0[0];
        assert_ne!(one.checksum(), Migration { up: "select 1", ..one }.checksum());
        assert_ne!(one.checksum(), Migration { down: "select 1", ..one }.checksum());
    }
}
