//! Cargo's own tools: rustfmt, clippy, nextest, cargo-deny. Installed when missing, at
//! versions that rustc 1.95 builds, and compiled for a quick installation: they run for
//! seconds, so optimising them for minutes never pays.

use std::fs;

use anyhow::{Context, Result};

use crate::process;
use crate::repo::Repo;

const NEXTEST: Tool = Tool {
    name: "nextest",
    package: "cargo-nextest",
    version: "0.9.151",
    // Without the part that replaces the installed program by itself.
    features: &["--no-default-features", "--features", "default-no-update"],
};

const DENY: Tool = Tool { name: "deny", package: "cargo-deny", version: "0.20.2", features: &[] };

struct Tool {
    name: &'static str,
    package: &'static str,
    version: &'static str,
    features: &'static [&'static str],
}

/// Install the test runner unless it is there, in whatever version.
pub fn nextest(repo: &Repo) -> Result<()> {
    ensure(repo, &NEXTEST)
}

/// Install cargo-deny unless it is there, in whatever version.
pub fn deny(repo: &Repo) -> Result<()> {
    ensure(repo, &DENY)
}

/// Add rustfmt and clippy to the toolchain unless they are there.
pub fn components(repo: &Repo) -> Result<()> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !process::succeeds(repo.cargo().args([command, "--version"])) {
            let mut rustup = std::process::Command::new("rustup");
            rustup.args(["component", "add", component]).current_dir(&repo.root);
            process::run(&mut rustup)?;
        }
    }
    Ok(())
}

fn ensure(repo: &Repo, tool: &Tool) -> Result<()> {
    if process::succeeds(repo.cargo().args([tool.name, "--version"])) {
        println!("cargo {} is there", tool.name);
        return Ok(());
    }
    let build = repo.state()?.join("tools");
    let mut install = repo.cargo();
    install
        .args(["install", tool.package, "--version", tool.version, "--locked"])
        .args(["--profile", "dev"])
        .args(tool.features)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", &build);
    process::run(&mut install)?;
    fs::remove_dir_all(&build)
        .with_context(|| format!("cannot remove {} after the build", build.display()))
}
