//! Where things are, and the program that is made of them.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{node, process};

/// The folders of this checkout.
pub struct Repo {
    /// The workspace root.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the user put it.
    pub target: PathBuf,
}

impl Repo {
    /// Ask cargo where the workspace and its target folder are.
    pub fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask has no parent folder")?.to_path_buf();
        let mut metadata = process::cargo();
        metadata
            .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
            .arg(root.join("Cargo.toml"));
        let answer: serde_json::Value = serde_json::from_str(&process::capture(&mut metadata)?)
            .context("cargo metadata did not answer in JSON")?;
        let target = answer["target_directory"]
            .as_str()
            .context("cargo metadata names no target_directory")?;
        Ok(Self { root, target: PathBuf::from(target) })
    }

    /// The UI's folder.
    pub fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A cargo command that works on this workspace.
    pub fn cargo(&self) -> std::process::Command {
        let mut cargo = process::cargo();
        cargo.current_dir(&self.root);
        cargo
    }

    /// The program as it is released: the one that is named, else a build with its UI.
    pub fn release_program(&self, named: Option<&Path>) -> Result<PathBuf> {
        if let Some(program) = named {
            return Ok(program.to_path_buf());
        }
        node::packages(self)?;
        node::build(self)?;
        let build = ["build", "--release", "--package", "hishamos", "--bin", "hishamos"];
        process::run(self.cargo().args(build))?;
        Ok(self.target.join("release/hishamos"))
    }

    /// A folder for what the tasks remember between runs.
    pub fn state(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }

    /// A path as people read it: relative to the workspace where it is inside.
    pub fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}
