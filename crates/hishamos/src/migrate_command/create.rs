//! `create NAME`: a numbered pair of files for the next migration.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::failure::Failure;

const UP: &str =
    "-- One text for SQLite and PostgreSQL: TEXT, BIGINT, DOUBLE PRECISION, BOOLEAN and BYTEA
-- columns, times as BIGINT milliseconds, JSON as TEXT, the organisation in every key.
-- The previous release must still work on this schema: add first, remove in a later one.
";
const DOWN: &str =
    "-- Takes the up file back, in reverse order. Rows that only `drop table`, `drop column` or
-- `delete from` statements remove are counted and shown before a downgrade.
";

/// A pair that is to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Pair {
    /// The number and name: `0002_conversation_history`.
    pub name: String,
    /// What goes up.
    pub up: PathBuf,
    /// What goes down.
    pub down: PathBuf,
}

impl Pair {
    /// The line that belongs into the list of shipped migrations.
    pub fn line(&self) -> String {
        let number: u32 =
            self.name.split('_').next().and_then(|text| text.parse().ok()).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION").replace('.', ", ");
        format!("migration!({number}, \"{}\", Version::new({version})),", self.name)
    }
}

/// Decides the number and the file names.
pub fn plan(name: &str, folder: &Path) -> Result<Pair, Failure> {
    let slug = slug(name)?;
    let entries = fs::read_dir(folder).map_err(|error| {
        Failure::invalid(format!(
            "cannot read the folder {}: {error}; run this in the repository or pass --folder",
            folder.display()
        ))
    })?;
    let newest = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.get(..4)?.parse::<u32>().ok())
        .max()
        .unwrap_or(0);
    let name = format!("{:04}_{slug}", newest + 1);
    let file = |direction: &str| folder.join(format!("{name}.{direction}.sql"));
    Ok(Pair { up: file("up"), down: file("down"), name })
}

/// Writes both files; never over an existing one.
pub fn write(pair: &Pair) -> Result<(), Failure> {
    for (path, text) in [(&pair.up, UP), (&pair.down, DOWN)] {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| {
                Failure::failed(format!("cannot write {}: {error}", path.display()))
            })?;
    }
    Ok(())
}

fn slug(name: &str) -> Result<String, Failure> {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let slug = words.join("_");
    if !slug.starts_with(|letter: char| letter.is_ascii_lowercase()) || slug.len() > 60 {
        return Err(Failure::invalid(format!(
            "\"{name}\" gives no file name; use a few English words that start with a letter"
        )));
    }
    Ok(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_becomes_a_file_name() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(slug(name).ok().as_deref(), expected, "{name}");
        };
        check("conversation history", Some("conversation_history"));
        check("Add  User-Notes!", Some("add_user_notes"));
        check("../../etc/passwd", Some("etc_passwd"));
        for name in ["", "  ", "2 fast", "ملاحظات"] {
            check(name, None);
        }
    }
}
