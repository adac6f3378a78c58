//! `cargo xtask bench`: figures about the program, measured on this machine.
//!
//! One file a measurement; [`figure`] is how a figure is printed and written.

pub mod engine;
mod figure;
mod gateway;
mod idle;
pub mod load;

use anyhow::Result;
use clap::Subcommand;

use crate::repo::Repo;

/// The measurements.
#[derive(Subcommand)]
pub enum Bench {
    /// Cold start, idle memory, size on disk, number of crates.
    Idle(idle::Options),
    /// The workflow engine, beside others where they are named.
    Engine(engine::Options),
    /// What the doors for outside clients add to a call, beside other gateways.
    Gateway(gateway::Options),
    /// Many executions, people and streams at once.
    Load(load::Options),
}

/// Carry out one measurement.
pub fn run(repo: &Repo, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Idle(options) => idle::run(repo, options),
        Bench::Engine(options) => engine::run(repo, options),
        Bench::Gateway(options) => gateway::run(repo, options),
        Bench::Load(options) => load::run(repo, options),
    }
}
