//! The temporary folder of a test run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// A folder that goes away in the end, unless it is kept to be looked at.
pub struct Folder {
    path: PathBuf,
    /// None when the folder is kept.
    owned: Option<TempDir>,
}

impl Folder {
    /// A new folder that servers under another user may enter. Unix sockets lie in it, so
    /// its path must be short.
    pub fn create(keep: bool) -> Result<Self> {
        let owned = tempfile::Builder::new()
            .prefix("hishamos-")
            .tempdir()
            .context("cannot create a temporary folder")?;
        let path = owned.path().to_path_buf();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot open {} to other users", path.display()))?;
        if keep {
            println!("everything is kept in {}", path.display());
            let _kept = owned.keep();
            return Ok(Self { path, owned: None });
        }
        Ok(Self { path, owned: Some(owned) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new folder inside it.
    pub fn inside(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let Some(owned) = self.owned.take() else { return };
        if let Err(error) = owned.close() {
            eprintln!("cannot remove {}: {error}", self.path.display());
        }
    }
}
