//! The model that people chose as the default: one line in a file, so that the command
//! line and a running server agree without talking to each other.

use std::path::Path;

use super::file::write_atomically;
use super::{Error, Result};

/// The chosen model, if one was chosen.
pub(super) fn read(path: &Path) -> Option<String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!("cannot read the chosen model in {}: {error}", path.display());
            return None;
        }
    };
    let model = text.trim();
    (!model.is_empty()).then(|| model.to_owned())
}

/// Remembers the choice.
pub(super) fn write(path: &Path, model: &str) -> Result<()> {
    write_atomically(path, format!("{model}\n").as_bytes()).map_err(Error::file(path))
}

/// Forgets the choice if it is this model.
pub(super) fn forget(path: &Path, model: &str) -> Result<()> {
    if read(path).as_deref() != Some(model) {
        return Ok(());
    }
    std::fs::remove_file(path).map_err(Error::file(path))
}
