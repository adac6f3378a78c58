//! The data folder: one folder holds everything, and one process at a time uses it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::lock::{self, Refused};

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
    /// Others may write into it, and it holds things that are not ours, such as `/tmp`: closing
    /// it would take it from them.
    #[error(
        "others may write into {path}, which holds things that are not HishamOS's; pass --data with a folder of its own"
    )]
    Shared {
        /// The folder.
        path: String,
    },
}

/// The file that says who uses the folder.
const LOCK: &str = "hishamos.lock";
/// What tells a folder of ours, beside files that begin with `hishamos.`.
const OURS: [&str; 4] = ["library", "models", "master.key", "cli.key"];

/// A data folder that this process has locked; dropping it gives the lock back.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder when absent and locks it for this process. It is closed to others then,
    /// unless it holds other things: such a folder stays as it is, and is refused when others may
    /// write into it. What we keep secret in it is for its owner only in any case.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let not_writable = |error: std::io::Error| FolderError::NotWritable {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        fs::create_dir_all(path).map_err(not_writable)?;
        let is_foreign = is_foreign(path).map_err(not_writable)?;
        let lock_path = path.join(LOCK);
        let mut lock = lock::take(&lock_path).map_err(|refused| match refused {
            Refused::Held(holder) => {
                FolderError::InUse { path: path.display().to_string(), holder }
            }
            Refused::NotWritable(error) => not_writable(error),
        })?;
        let open_for = others_may(path).map_err(not_writable)?;
        if is_foreign && open_for & 0o022 != 0 {
            fs::remove_file(&lock_path).map_err(not_writable)?;
            return Err(FolderError::Shared { path: path.display().to_string() });
        }
        if !is_foreign && open_for != 0 {
            close(path).map_err(not_writable)?;
        }
        lock::sign(&mut lock).map_err(not_writable)?;
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

/// Whether it holds things and none of them tells that it is a data folder.
fn is_foreign(path: &Path) -> std::io::Result<bool> {
    let mut is_empty = true;
    for entry in fs::read_dir(path)? {
        let file = entry?.file_name();
        let name: &str = &file.to_string_lossy();
        if name.starts_with("hishamos.") || OURS.contains(&name) {
            return Ok(false);
        }
        // A file system that is new has this at its root.
        is_empty &= name == "lost+found";
    }
    Ok(!is_empty)
}

/// What others than the owner may do with it, as bits of its mode.
fn others_may(path: &Path) -> std::io::Result<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077)
}

/// Only the owner may look inside: it holds password hashes and everybody's work.
fn close(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
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

    #[test]
    fn folder_is_closed_to_others_unless_it_holds_things_of_theirs() {
        use std::os::unix::fs::PermissionsExt as _;
        let check = |inside: &[&str], mode: u32, expected: Option<u32>| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("is ours");
            for name in inside {
                fs::write(path.join(name), "").expect("is writable");
            }
            let opened = DataFolder::open(path);
            let now = fs::metadata(path).expect("is there").permissions().mode() & 0o777;
            assert_eq!(opened.is_ok().then_some(now), expected, "{inside:?}: {opened:?}");
            if let Err(error) = opened {
                assert!(matches!(error, FolderError::Shared { .. }), "{error}");
                assert_eq!(now, mode, "{inside:?}");
                assert_eq!(fs::read_dir(path).expect("is there").count(), inside.len());
            }
        };
        check(&[], 0o755, Some(0o700));
        check(&["lost+found"], 0o755, Some(0o700));
        check(&["notes.txt", "hishamos.toml"], 0o777, Some(0o700));
        check(&["notes.txt", "hishamos.lock", "node"], 0o755, Some(0o700));
        check(&["notes.txt"], 0o755, Some(0o755));
        check(&["notes.txt"], 0o775, None);
        check(&["notes.txt"], 0o777, None);
    }
}
