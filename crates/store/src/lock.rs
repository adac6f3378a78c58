//! Lock files: one process at a time holds one, and its number stands in it. The system gives
//! the lock back when that process ends, however it does.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;

/// Why a lock file cannot be held.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Another process holds it: this one, as the file says.
    Held(String),
    /// It cannot be made or written.
    NotWritable(io::Error),
}

/// Locks a file, which is made when absent, until what is returned is dropped.
pub(crate) fn take(path: &Path) -> Result<File, Refused> {
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(false).read(true).write(true);
    let lock = options.open(path).map_err(Refused::NotWritable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(path).unwrap_or_default();
            let holder = holder.trim();
            let holder = if holder.is_empty() { "unknown" } else { holder };
            Err(Refused::Held(holder.to_owned()))
        }
        Err(TryLockError::Error(error)) => Err(Refused::NotWritable(error)),
    }
}

/// Writes into a locked file that this process holds it.
pub(crate) fn sign(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    writeln!(lock, "{}", std::process::id())
}
