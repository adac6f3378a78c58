//! `cargo xtask bench gateway`: what the doors for outside clients add to a call.
//!
//! An upstream of our own ([`upstream`]) answers at once or after 50 ms, a load generator of
//! our own ([`load`]) asks; both run in this process, on the same machine as the gateways.
//! [`ours`] starts HishamOS with key check, budget, limits, ledger and counts on, and once
//! more with each of them off; [`peers`] starts the others, from PyPI, in a virtual
//! environment under the target folder.

mod load;
mod measure;
mod ours;
mod peers;
mod table;
mod upstream;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::Args;

use crate::bench::figure::{Figure, append};
use crate::repo::Repo;
use measure::{Bench, Measured};
use upstream::Upstream;

/// How long, against whom, and where the figures go.
#[derive(Args)]
pub struct Options {
    /// Append the figures to this file, one JSON line each.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How long each step takes, in seconds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Which others to measure: litellm, tensorzero, both with a comma, or none.
    #[arg(long, value_delimiter = ',', default_value = "litellm,tensorzero")]
    peers: Vec<String>,
    /// Leave out what each part of ours costs.
    #[arg(long)]
    no_parts: bool,
    /// A program that is built already, instead of building one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Measure everybody side by side.
pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    for peer in &options.peers {
        if !matches!(peer.as_str(), "litellm" | "tensorzero" | "none") {
            bail!("unknown peer \"{peer}\"; use litellm, tensorzero or none");
        }
    }
    let fast = Upstream::start(0)?;
    let slow = Upstream::start(50)?;
    let bench = Bench { fast: fast.port(), slow: slow.port(), seconds: options.seconds };
    let direct = bench.direct()?;
    let program = repo.release_program(options.program.as_deref())?;
    let mut all = vec![ours::measure(&program, &bench, &direct, None)?];
    if !options.no_parts {
        for part in ours::PARTS {
            all.push(ours::measure(&program, &bench, &direct, Some(part))?);
        }
    }
    // what was measured is shown, even where another one could not be
    let mut missing = Vec::new();
    for peer in &options.peers {
        let measured = match peer.as_str() {
            "litellm" => peers::litellm(repo, &bench, &direct),
            "tensorzero" => peers::tensorzero(repo, &bench, &direct),
            _ => continue,
        };
        match measured {
            Ok(measured) => all.push(measured),
            Err(error) => missing.push(format!("{peer}: {error:#}")),
        }
    }
    table::print(&direct, &all);
    append(&figures(&all), options.json.as_deref())?;
    ensure!(missing.is_empty(), "not measured: {}", missing.join("; "));
    Ok(())
}

fn figures(all: &[Measured]) -> Vec<Figure> {
    all.iter().flat_map(Measured::figures).collect()
}
