//! The UI's tools: packages when the lock changed, the build when the sources changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repo::Repo;

const OLDEST_NODE: u32 = 20;
/// Folders in `ui/` that are made, not written.
const MADE: [&str; 3] = ["node_modules", "dist", "test-results"];

/// A script of `ui/package.json`.
pub fn script(repo: &Repo, name: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.args(["run", "--silent", name]).current_dir(repo.ui());
    npm
}

/// `npm ci`, unless this lock file's packages are installed already.
pub fn packages(repo: &Repo) -> Result<()> {
    let node = node_version()?;
    let lock = fs::read_to_string(repo.ui().join("package-lock.json"))
        .context("cannot read ui/package-lock.json")?;
    let wanted = format!("{node}\n{lock}");
    let stamp = repo.ui().join("node_modules").join(".installed-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("ui/node_modules is up to date");
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(repo.ui());
    process::run(&mut npm)?;
    fs::write(&stamp, wanted).context("cannot write the stamp in ui/node_modules")
}

/// Build the UI into `ui/dist`, unless that was made from these very sources.
pub fn build(repo: &Repo) -> Result<()> {
    let sources = fingerprint(repo)?;
    let stamp = repo.state()?.join("ui-build");
    let index = repo.ui().join("dist/index.html");
    let is_built = fs::read_to_string(&stamp).is_ok_and(|built| built == sources);
    if is_built && index.is_file() {
        println!("ui/dist is up to date");
        return Ok(());
    }
    process::run(&mut script(repo, "build"))?;
    if !index.is_file() {
        bail!("`npm run build` ended well but made no ui/dist/index.html");
    }
    fs::write(&stamp, sources).with_context(|| format!("cannot write {}", stamp.display()))
}

fn node_version() -> Result<String> {
    let version = process::capture(Command::new("node").arg("--version"))
        .context("Node.js is needed: install version 20 or newer, with npm")?;
    let version = version.trim().to_owned();
    let major: Option<u32> =
        version.trim_start_matches('v').split('.').next().and_then(|part| part.parse().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(version),
        _ => bail!("Node.js {version} is too old: install version {OLDEST_NODE} or newer"),
    }
}

/// Names, sizes and times of all of the UI's sources, and of the contract they build on.
fn fingerprint(repo: &Repo) -> Result<String> {
    let mut files = Vec::new();
    collect(&repo.ui(), &mut files)?;
    let contract = repo.root.join("openapi.json");
    if contract.is_file() {
        files.push(entry(&contract)?);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    Ok(format!("{} {:016x}", files.len(), hasher.finish()))
}

type Entry = (String, u64, SystemTime);

fn collect(folder: &Path, files: &mut Vec<Entry>) -> Result<()> {
    let read = || format!("cannot read {}", folder.display());
    for found in fs::read_dir(folder).with_context(read)? {
        let path = found.with_context(read)?.path();
        let is_made = path.file_name().is_some_and(|name| MADE.iter().any(|made| name == *made));
        if is_made {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(entry(&path)?);
        }
    }
    Ok(())
}

fn entry(file: &Path) -> Result<Entry> {
    let read = || format!("cannot read {}", file.display());
    let metadata = fs::metadata(file).with_context(read)?;
    let changed = metadata.modified().with_context(read)?;
    Ok((file.display().to_string(), metadata.len(), changed))
}
