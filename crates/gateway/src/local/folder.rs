//! Where things are in the folder `models` of the data folder.

use std::path::{Path, PathBuf};

/// The folder of the local model.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(data_folder: &Path) -> Self {
        Self(data_folder.join("models"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// A model's weights. The file gets this name only when it is complete and checked.
    pub(super) fn weights(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.gguf"))
    }

    /// What has been downloaded of a model so far.
    pub(super) fn download(&self, name: &str) -> PathBuf {
        self.0.join("download").join(name)
    }

    /// The model that people chose as the default.
    pub(super) fn default_file(&self) -> PathBuf {
        self.0.join("default")
    }

    /// The server's Python packages.
    pub(super) fn server(&self) -> PathBuf {
        self.0.join("server")
    }

    /// A Python environment with pip, made when Python comes without it.
    pub(super) fn tools(&self) -> PathBuf {
        self.0.join("tools")
    }

    /// What the server says.
    pub(super) fn server_log(&self) -> PathBuf {
        self.0.join("server.log")
    }

    /// The names and sizes of all weights, in order.
    pub(super) fn all_weights(&self) -> Vec<(String, u64)> {
        // no folder yet means nothing is installed
        let Ok(entries) = std::fs::read_dir(&self.0) else { return Vec::new() };
        let mut found: Vec<(String, u64)> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let stem = name.strip_suffix(".gguf")?.to_owned();
                let metadata = std::fs::metadata(entry.path()).ok()?;
                metadata.is_file().then_some((stem, metadata.len()))
            })
            .collect();
        found.sort();
        found
    }
}
