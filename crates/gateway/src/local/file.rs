//! Small things done with files.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::hexadecimal;

/// Writes a whole file so that it is either the old or the new one, whatever happens.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension("new");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

/// Writes `pieces` one after the other into `target`, durably, and gives the SHA-256.
pub(super) fn join(pieces: &[PathBuf], target: &Path) -> io::Result<String> {
    let mut out = File::create(target)?;
    let mut hash = Sha256::new();
    for piece in pieces {
        read_all(piece, |chunk| {
            hash.update(chunk);
            out.write_all(chunk)
        })?;
    }
    out.sync_all()?;
    Ok(hexadecimal::text(&hash.finalize()))
}

/// The SHA-256 of a file, in lower-case hexadecimal.
pub(super) fn sha256(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    read_all(path, |chunk| {
        hash.update(chunk);
        Ok(())
    })?;
    Ok(hexadecimal::text(&hash.finalize()))
}

/// Deletes a folder and what is in it; none is fine.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Deletes a file; none is fine.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// The program of this name on the search path. The path is the system's way of finding
/// programs and no configuration of ours, so it is read where it is needed.
pub(super) fn on_search_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

fn read_all(path: &Path, mut use_chunk: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => use_chunk(&buffer[..count])?,
        }
    }
}
