//! `cargo xtask sim`: the engine in a world where everything goes wrong, from one seed.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::counts::Counts;
use crate::process::{run, run_and_keep};
use crate::repo::Repo;
use crate::stages::Finding;
use crate::stopwatch::Stopwatch;

/// The seed of the stage in `cargo xtask test`; any other is as good.
const SEED: u64 = 1;
/// How many facts the stage simulates at least, and how long it may take.
const EVENTS: u64 = 1_000_000;
const LIMIT: Duration = Duration::from_mins(5);

/// What to simulate.
#[derive(Args)]
pub struct Options {
    /// Where all luck comes from; the same seed gives the same histories.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// After how many events it is enough.
    #[arg(long, default_value_t = EVENTS)]
    events: u64,
}

/// Simulate, and say how fast it was.
pub fn simulate(repo: &Repo, options: &Options) -> Result<()> {
    build(repo)?;
    let watch = Stopwatch::start();
    run(&mut simulator(repo, options.seed, options.events))?;
    let seconds = watch.elapsed().as_secs_f64();
    println!("speed       {:.0} events/s in {seconds:.1} s", options.events as f64 / seconds);
    Ok(())
}

/// The long simulation as a stage of the tests.
pub fn stage(repo: &Repo) -> Result<Finding> {
    build(repo)?;
    let ended = run_and_keep(&mut simulator(repo, SEED, EVENTS), Some(LIMIT))?;
    let failure = ended.verdict.err().map(|error| format!("{error:#}"));
    let counts = match failure {
        None => Counts { passed: 1, failed: 0 },
        Some(_) => Counts { passed: 0, failed: 1 },
    };
    Ok(Finding { counts, failure, ..Finding::default() })
}

fn build(repo: &Repo) -> Result<()> {
    run(repo.cargo().args(["build", "--quiet", "--profile", "sim", "--package", "sim"]))
}

fn simulator(repo: &Repo, seed: u64, events: u64) -> std::process::Command {
    let mut simulator = std::process::Command::new(repo.target.join("sim/sim"));
    simulator.args(["--seed", &seed.to_string(), "--events", &events.to_string()]);
    simulator
}
