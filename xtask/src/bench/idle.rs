//! `cargo xtask bench idle`: what the program costs before it does anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::bench::figure::{Figure, median, report};
use crate::repo::Repo;
use crate::services::Folder;
use crate::services::hishamos::Hishamos;
use crate::stopwatch::Stopwatch;
use crate::{interrupt, process};

const PEER: &str = "hishamos";
const IDLE: Duration = Duration::from_secs(5);

/// How often, and where the figures go.
#[derive(Args)]
pub struct Options {
    /// How many cold starts; the median is reported.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Append the figures to this file, one JSON line each.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Build the release program and measure it on empty data folders.
pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    let program = repo.release_program(None)?;
    let mut starts = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..options.runs {
        interrupt::check()?;
        let folder = Folder::create(false)?;
        let data = folder.inside("data")?;
        let watch = Stopwatch::start();
        let mut server = Hishamos::start(&program, &folder, &data, None)?;
        server.wait_until_ready()?;
        starts.push(watch.elapsed().as_secs_f64());
        thread::sleep(IDLE);
        memory.push(resident_mib(server.pid())?);
    }
    let size = fs::metadata(&program).context("cannot read the program's size")?.len();
    report(
        &[
            figure("cold start to ready", median(&starts), "s"),
            figure("slowest cold start", starts.iter().copied().fold(0.0, f64::max), "s"),
            figure("idle RSS", median(&memory), "MiB"),
            figure("binary size", size as f64 / MIB, "MiB"),
            figure("crates", crates(repo)? as f64, "crates"),
        ],
        options.json.as_deref(),
    )
}

const MIB: f64 = 1024.0 * 1024.0;

fn figure(metric: &'static str, value: f64, unit: &'static str) -> Figure {
    Figure { peer: PEER, metric, value, unit }
}

/// Resident memory of a process, as the kernel counts it.
fn resident_mib(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .context("the server ended while it was idle")?;
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<f64>().ok())
        .context("/proc does not tell the resident memory")?;
    Ok(kib / 1024.0)
}

/// Distinct crates that the program is made of, ours included.
fn crates(repo: &Repo) -> Result<usize> {
    let mut tree = repo.cargo();
    tree.args(["tree", "--package", "hishamos", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--no-dedupe", "--format", "{p}"]);
    let printed = process::capture(&mut tree)?;
    Ok(printed.lines().filter(|line| !line.is_empty()).collect::<BTreeSet<_>>().len())
}
