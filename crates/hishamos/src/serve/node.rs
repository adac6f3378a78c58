//! The name of this data folder's server. It stays the same after a restart, so that the
//! server need not wait for its own engine lease to expire.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base::Random;

use crate::failure::{Failure, Result};

/// Reads the name, or makes one.
pub fn id(folder: &Path, random: &dyn Random) -> Result<String> {
    let path = folder.join("node");
    if let Ok(text) = fs::read_to_string(&path) {
        let name = text.trim();
        if !name.is_empty() && name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Ok(name.to_owned());
        }
    }
    let mut bytes = [0_u8; 8];
    random.fill(&mut bytes);
    let name = bytes.iter().fold(String::new(), |mut name, byte| {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    });
    write_private(&path, &name)?;
    Ok(name)
}

/// Fails when a file cannot be written in the folder, before anything depends on it.
pub fn check_writable(folder: &Path) -> Result<()> {
    let probe = folder.join(".writable");
    write_private(&probe, "x")?;
    fs::remove_file(&probe).map_err(|error| unwritable(&probe, &error))
}

/// Writes a file that only its owner may read, whole or not at all.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("new");
    let write = || {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&draft)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!(
        "cannot write {}: {error}; free some space, make the folder writable or pass --data FOLDER",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;

    use base::SeededRandom;

    use super::*;

    #[test]
    fn name_stays_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = id(folder.path(), &SeededRandom::new(1)).unwrap();
        assert_eq!(id(folder.path(), &SeededRandom::new(2)).unwrap(), first);
        let mode = fs::metadata(folder.path().join("node")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn damaged_name_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("node"), "\u{0}\u{1}").unwrap();
        assert_eq!(id(folder.path(), &SeededRandom::new(1)).unwrap().len(), 16);
    }
}
