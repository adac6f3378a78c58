//! Installing the server: a package with llama.cpp's server, unless there is a server
//! already.

use std::path::{Path, PathBuf};

use super::file::{on_search_path, remove_folder, write_atomically};
use super::folder::Folder;
use super::install::Installer;
use super::python::{self, Python};
use super::server::Program;
use super::{Error, LocalConfig, Result};

/// Says which package a server's folder holds; written before the folder gets its name.
const STAMP: &str = "hishamos-package";

/// The server to start: the one named in the configuration, the package, or the one on the
/// search path.
pub(super) fn program(config: &LocalConfig, folder: &Folder) -> Option<Program> {
    if let Some(path) = &config.server_path {
        return Some(Program::Native(path.clone()));
    }
    let packages = folder.server();
    if stamp(&packages).is_some() {
        let python = python::program(config.python.as_deref());
        return Some(Program::Package { python, packages });
    }
    on_search_path("llama-server").map(Program::Native)
}

impl Installer<'_> {
    /// Installs the server's package, unless a server is there.
    pub(super) async fn server(&self) -> Result<()> {
        let wanted = self.config.server_package.as_str();
        let is_current = stamp(&self.folder.server()).as_deref() == Some(wanted);
        let has_native = matches!(program(self.config, self.folder), Some(Program::Native(_)));
        if is_current || has_native {
            return Ok(());
        }
        self.progress.stage(&format!("installing the server ({wanted})"));
        let python = Python::find(self.config.python.as_deref()).await?;
        let pip = python.with_pip(self.folder).await?;
        let draft = self.folder.path().join("server.new");
        remove_folder(&draft).map_err(Error::file(&draft))?;
        let target = draft.display().to_string();
        let mut arguments =
            vec!["install", "--no-deps", "--only-binary", ":all:", wanted, "--target", &target];
        arguments.extend(self.config.pip_arguments.iter().map(String::as_str));
        pip.pip(arguments).await.map_err(|reason| {
            Error::Download(format!(
                "package {wanted} cannot be installed: {reason}; put a llama-server on the PATH instead"
            ))
        })?;
        replace(&draft, &self.folder.server(), wanted)
    }
}

fn replace(draft: &Path, target: &PathBuf, package: &str) -> Result<()> {
    let stamp = draft.join(STAMP);
    write_atomically(&stamp, package.as_bytes()).map_err(Error::file(&stamp))?;
    remove_folder(target).map_err(Error::file(target))?;
    std::fs::rename(draft, target).map_err(Error::file(target))
}

fn stamp(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join(STAMP)).ok()
}
