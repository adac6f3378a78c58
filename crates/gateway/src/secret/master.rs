//! The master key: a file that only we may read, or a text from the environment.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base::{Random, Secret};

use super::SecretError;
use super::cipher::Key;

/// The file in the data folder.
const FILE: &str = "master.key";

/// The master keys: the first one seals, the others still open what they sealed.
#[derive(Debug, Clone)]
pub struct MasterKeys {
    keys: Vec<Key>,
    /// The file that they come from, when we may change it.
    file: Option<PathBuf>,
}

impl MasterKeys {
    /// From a text with a key in base64 on each line (or between commas), the newest first.
    pub fn given(text: &Secret<String>, origin: &str) -> Result<Self, SecretError> {
        Ok(Self { keys: parse(text.reveal(), origin)?, file: None })
    }

    /// From the file of a data folder, which is made when it is not there and `may_create`.
    pub fn in_folder(
        folder: &Path,
        may_create: bool,
        random: &dyn Random,
    ) -> Result<Self, SecretError> {
        let path = folder.join(FILE);
        let origin = path.display().to_string();
        let problem = |reason: String| SecretError::MasterKey { origin: origin.clone(), reason };
        match fs::metadata(&path) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                let mode = found.permissions().mode() & 0o777;
                Err(problem(format!(
                    "others may read it (mode {mode:o}); run `chmod 600` on it, and rotate the keys if somebody may have"
                )))
            }
            Ok(_) => {
                let text = fs::read_to_string(&path).map_err(|error| problem(error.to_string()))?;
                Ok(Self { keys: parse(&text, &origin)?, file: Some(path) })
            }
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(problem(error.to_string()))
            }
            Err(_) if !may_create => Err(problem(
                "it is not there, but the database holds secrets that it sealed; bring it back from a backup"
                    .to_owned(),
            )),
            Err(_) => {
                let keys = Self { keys: vec![Key::new(random)], file: Some(path) };
                keys.write()?;
                Ok(keys)
            }
        }
    }

    /// The key that seals.
    pub(super) fn active(&self) -> &Key {
        &self.keys[0]
    }

    /// The key of this name.
    pub(super) fn find(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id() == id)
    }

    /// The names of all, for messages.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self.keys.iter().map(|key| format!("\"{}\"", key.id())).collect();
        names.join(", ")
    }

    /// Whether we may replace it ourselves.
    pub(super) fn is_ours(&self) -> bool {
        self.file.is_some()
    }

    /// The same keys with a new one in front, written down before it is used.
    pub(super) fn with_new(&self, random: &dyn Random) -> Result<Self, SecretError> {
        let mut keys = self.clone();
        keys.keys.insert(0, Key::new(random));
        keys.write()?;
        Ok(keys)
    }

    /// Only the newest key, once nothing needs the others any more.
    pub(super) fn newest(&self) -> Result<Self, SecretError> {
        let mut keys = self.clone();
        keys.keys.truncate(1);
        keys.write()?;
        Ok(keys)
    }

    fn write(&self) -> Result<(), SecretError> {
        let Some(path) = &self.file else { return Ok(()) };
        let draft = path.with_extension("new");
        let write = || {
            let mut file = fs::OpenOptions::new()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(&draft)?;
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
            for key in &self.keys {
                writeln!(file, "{}", key.text().as_str())?;
            }
            file.sync_all()?;
            fs::rename(&draft, path)?;
            // the name of the file must survive a power cut too
            fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|error: std::io::Error| SecretError::MasterKey {
            origin: path.display().to_string(),
            reason: error.to_string(),
        })
    }
}

fn parse(text: &str, origin: &str) -> Result<Vec<Key>, SecretError> {
    let problem = |reason: &str| SecretError::MasterKey {
        origin: origin.to_owned(),
        reason: reason.to_owned(),
    };
    let lines = text.split([',', '\n']).map(str::trim).filter(|line| !line.is_empty());
    let keys: Option<Vec<Key>> = lines.map(Key::parse).collect();
    let keys = keys.ok_or_else(|| {
        problem("a key is 32 bytes in base64; make one with `openssl rand -base64 32`")
    })?;
    if keys.is_empty() {
        return Err(problem("it is empty; make one with `openssl rand -base64 32`"));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use base::SeededRandom;

    use super::*;

    #[test]
    fn file_is_made_once_private_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = MasterKeys::in_folder(folder.path(), true, &SeededRandom::new(1)).unwrap();
        let again = MasterKeys::in_folder(folder.path(), true, &SeededRandom::new(2)).unwrap();
        assert_eq!(first.active().id(), again.active().id());
        let mode = fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn absent_open_or_damaged_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let read =
            |may_create| MasterKeys::in_folder(folder.path(), may_create, &SeededRandom::new(1));
        assert!(read(false).unwrap_err().to_string().contains("bring it back from a backup"));
        read(true).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read(true).unwrap_err().to_string().contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "nonsense").unwrap();
        assert!(read(true).unwrap_err().to_string().contains("32 bytes in base64"));
        fs::write(&path, "\n").unwrap();
        assert!(read(true).unwrap_err().to_string().contains("it is empty"));
    }

    #[test]
    fn new_key_comes_first_and_older_ones_leave_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let random = SeededRandom::new(1);
        let old = MasterKeys::in_folder(folder.path(), true, &random).unwrap();
        let both = old.with_new(&random).unwrap();
        assert_ne!(both.active().id(), old.active().id());
        assert!(both.find(&old.active().id()).is_some());
        let read = MasterKeys::in_folder(folder.path(), false, &random).unwrap();
        assert_eq!(read.names(), both.names());
        let newest = both.newest().unwrap();
        assert!(newest.find(&old.active().id()).is_none());
    }
}
