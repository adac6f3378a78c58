//! The data folder: one folder holds everything, and one process at a time uses it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be made or written.
    #[error(
        "cannot write the data folder {path}: {reason}; make it writable or pass --data FOLDER"
    )]
    NotWritable {
        /// The folder.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Another process uses it.
    #[error(
        "the data folder {path} is in use by another hishamos (process {holder}); stop it or pass --data FOLDER"
    )]
    InUse {
        /// The folder.
        path: String,
        /// The other process, as its lock file says.
        holder: String,
    },
}

/// A data folder that this process has locked; dropping it gives the lock back.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder when absent (for its owner only) and locks it for this process.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let not_writable = |error: std::io::Error| FolderError::NotWritable {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        fs::create_dir_all(path).map_err(not_writable)?;
        restrict(path).map_err(not_writable)?;
        let lock_path = path.join("hishamos.lock");
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&lock_path)
            .map_err(not_writable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&lock_path).unwrap_or_default();
                let holder = if holder.trim().is_empty() {
                    "unknown".to_owned()
                } else {
                    holder.trim().to_owned()
                };
                return Err(FolderError::InUse { path: path.display().to_string(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(not_writable(error)),
        }
        lock.set_len(0).map_err(not_writable)?;
        writeln!(lock, "{}", std::process::id()).map_err(not_writable)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SQLite file inside it.
    pub fn database(&self) -> PathBuf {
        self.path.join("hishamos.db")
    }
}

/// Only the owner may look inside: it holds password hashes and everybody's work.
fn restrict(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(0o700);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_process_is_refused_and_told_who_holds_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let held = DataFolder::open(folder.path()).expect("opens");
        let refused = DataFolder::open(folder.path()).expect_err("is in use").to_string();
        assert!(refused.contains(&std::process::id().to_string()), "{refused}");
        drop(held);
        DataFolder::open(folder.path()).expect("free again");
    }
}
