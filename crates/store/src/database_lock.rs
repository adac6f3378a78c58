//! The lock of a SQLite file. A data folder's own lock says nothing of a file that `--database`
//! names: two servers with two folders would both write it, and take it for theirs alone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::lock::{self, Refused};
use crate::{Error, Result, Target};

/// A SQLite file that this process alone serves or changes; dropping it gives the lock back.
/// SQLite itself lets others in, so a command that only adds something beside the server works
/// without.
#[derive(Debug)]
pub struct DatabaseLock {
    _lock: File,
}

impl DatabaseLock {
    /// Locks a database for this process, by a file beside it: `hishamos.db.lock`. `None` where
    /// there is no file, as on PostgreSQL, which several servers share. [`Error::InUse`] while
    /// another process holds it.
    pub fn take(target: &Target) -> Result<Option<Self>> {
        let Some(path) = target.file() else { return Ok(None) };
        let refused = |refused| match refused {
            Refused::Held(holder) => Error::InUse { path: path.display().to_string(), holder },
            Refused::NotWritable(error) => Error::Unsafe(format!(
                "cannot lock the database file {}: {error}; make its folder writable or pass another --database",
                path.display()
            )),
        };
        let mut lock = lock::take(&beside(path)).map_err(refused)?;
        lock::sign(&mut lock).map_err(Refused::NotWritable).map_err(refused)?;
        Ok(Some(Self { _lock: lock }))
    }
}

/// The lock file of a database, which is one for all names that lead to the database.
fn beside(path: &Path) -> PathBuf {
    // One that is not there yet has no other name.
    let mut name = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).into_os_string();
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_holder_by_whatever_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("team.db");
        let other = folder.path().join("link.db");
        let take = |path: &Path| DatabaseLock::take(&Target::Sqlite { path: path.to_owned() });
        let held = take(&path).expect("is free");
        assert!(held.is_some());
        fs::write(&path, "").expect("is writable");
        std::os::unix::fs::symlink(&path, &other).expect("is writable");
        for name in [&path, &other] {
            let refused = take(name).expect_err("is in use").to_string();
            assert!(refused.contains(&std::process::id().to_string()), "{refused}");
        }
        take(&folder.path().join("another.db")).expect("is another one");
        drop(held);
        take(&other).expect("free again");
        let nowhere = take(Path::new("/nowhere/team.db")).expect_err("has no folder");
        assert!(matches!(nowhere, Error::Unsafe(_)), "{nowhere}");
    }

    #[test]
    fn what_is_no_file_has_no_lock() {
        for address in ["postgres://a@b/c", "sqlite::memory:"] {
            let target: Target = address.parse().expect("is an address");
            assert!(DatabaseLock::take(&target).expect("needs none").is_none(), "{address}");
        }
    }
}
