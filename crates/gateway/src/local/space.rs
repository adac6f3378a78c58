//! Whether the disk has room.

use std::path::Path;

use super::{Error, Result};

/// What must stay free besides, for the database and the server.
const RESERVE: u64 = 256 << 20;

/// Fails when `folder` has not `need` bytes and a reserve free.
pub(super) fn check(name: &str, folder: &Path, need: u64) -> Result<()> {
    let disk = rustix::fs::statvfs(folder)
        .map_err(|error| Error::file(folder)(std::io::Error::from(error)))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let need = need.saturating_add(RESERVE);
    if free >= need {
        return Ok(());
    }
    Err(Error::NoSpace { name: name.to_owned(), need, free, folder: folder.to_owned() })
}
