//! The server's log file: begun anew when it has grown, with one older file kept.

use std::fs::{File, OpenOptions, create_dir_all, metadata, rename};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The size from which on a new file is begun.
const LIMIT: u64 = 1 << 20;
/// How much of the end is looked at for a reason.
const TAIL: usize = 2_000;

/// Opens the log for appending.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    if metadata(path).is_ok_and(|file| file.len() > LIMIT) {
        rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// The last line of the log, for messages.
pub(super) fn last_line(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let tail = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(TAIL)..]).into_owned();
    let line = tail.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().take(300).collect())
}
