//! `cargo xtask fuzz`: a guided search for bytes that break the codecs of models (R23).
//!
//! The targets are those of `crates/llm/fuzz`. They are built by the stable compiler with
//! the counters that libFuzzer reads; there is no unsafe code for a sanitizer to watch.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::repo::Repo;
use crate::{apt, process};

/// The targets, each with the folder of recorded answers that it begins with.
const TARGETS: [(&str, Option<&str>); 7] = [
    ("openai_chat", Some("openai")),
    ("openai_responses", Some("openai_responses")),
    ("anthropic", Some("anthropic")),
    ("gemini", Some("gemini")),
    ("ollama", Some("ollama")),
    ("framing", Some("openai")),
    ("doors", None),
];

/// What the compiler adds, so that the search sees where an input leads.
const COUNTERS: &str = "--cfg fuzzing -Ccodegen-units=1 -Cdebug-assertions -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// How long, and which.
#[derive(Args)]
pub struct Options {
    /// How many seconds each target searches.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only this target; all of them when left out.
    #[arg(long)]
    target: Option<String>,
}

/// Build the targets and let them search, one after the other.
pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    let wanted = |(name, _): &&(&str, _)| options.target.as_ref().is_none_or(|only| only == name);
    let targets: Vec<_> = TARGETS.iter().filter(wanted).collect();
    if targets.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        bail!("there is no such target; use one of {}", names.join(", "));
    }
    apt::install(&[&apt::COMPILER, &apt::CPLUSPLUS])?;
    let home = repo.state()?.join("fuzz");
    let programs = build(repo, &home)?;
    let mut broken = Vec::new();
    for (name, fixtures) in targets {
        if let Err(error) = search(repo, &home, &programs, (name, *fixtures), options.seconds) {
            crate::interrupt::check()?;
            broken.push(format!("{name}: {error:#}"));
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    bail!("what was found is in {}: {}", home.display(), broken.join("; "))
}

/// Gives the folder of the programs.
fn build(repo: &Repo, home: &Path) -> Result<PathBuf> {
    let host = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say for which machine it builds")?;
    let mut cargo = repo.cargo();
    cargo.args(["build", "--release", "--bins", "--target", host, "--manifest-path"]);
    cargo.arg(repo.root.join("crates/llm/fuzz/Cargo.toml"));
    cargo.arg("--target-dir").arg(home.join("target")).env("RUSTFLAGS", COUNTERS);
    process::run(&mut cargo)?;
    Ok(home.join("target").join(host).join("release"))
}

fn search(
    repo: &Repo,
    home: &Path,
    programs: &Path,
    (name, fixtures): (&str, Option<&str>),
    seconds: u64,
) -> Result<()> {
    let corpus = home.join("corpus").join(name);
    std::fs::create_dir_all(&corpus)
        .with_context(|| format!("cannot create {}", corpus.display()))?;
    let mut search = Command::new(programs.join(name));
    search.arg(format!("-max_total_time={seconds}"));
    search.args(["-max_len=65536", "-timeout=10", "-rss_limit_mb=512", "-print_final_stats=1"]);
    search.arg(format!("-artifact_prefix={}/{name}-", home.display())).arg(corpus);
    if let Some(fixtures) = fixtures {
        search.arg(repo.root.join("crates/llm/fixtures").join(fixtures));
    }
    let limit = Duration::from_secs(seconds) + Duration::from_mins(2);
    process::run_and_keep(&mut search, Some(limit))?.verdict
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_target_is_searched_and_its_fixtures_are_there() {
        let folder = Repo::find().unwrap().root.join("crates/llm");
        let mut files: Vec<String> = std::fs::read_dir(folder.join("fuzz/fuzz_targets"))
            .unwrap()
            .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let mut names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(files, names);
        for (_, fixtures) in TARGETS {
            assert!(fixtures.is_none_or(|name| folder.join("fixtures").join(name).is_dir()));
        }
    }
}
