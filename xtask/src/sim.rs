//! `cargo xtask sim`: the engine in a world where everything goes wrong, from one seed.

use anyhow::Result;
use clap::Args;

use crate::process::run;
use crate::repo::Repo;
use crate::stopwatch::Stopwatch;

/// The seed when nobody gives one; any other is as good.
const SEED: u64 = 1;
/// How many facts are simulated when nobody says otherwise.
const EVENTS: u64 = 1_000_000;

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

fn build(repo: &Repo) -> Result<()> {
    run(repo.cargo().args(["build", "--quiet", "--profile", "sim", "--package", "sim"]))
}

fn simulator(repo: &Repo, seed: u64, events: u64) -> std::process::Command {
    let mut simulator = std::process::Command::new(repo.target.join("sim/sim"));
    simulator.args(["--seed", &seed.to_string(), "--events", &events.to_string()]);
    simulator
}
