//! The repository's tasks: `cargo xtask test | demo | ci | sim | soak | bench | fuzz | real-model`.
//!
//! Each command is one file named after it. They share [`repo`] (where things are),
//! [`process`] (run a program, watch a service, stop on Ctrl-C) and [`stages`] (what was
//! done, how long it took, how it ended). [`apt`], [`cargo_tools`] and [`node`] install
//! what is missing; [`services`] starts databases and the server for tests.

mod api;
mod apt;
mod bench;
mod cargo_tools;
mod ci;
mod counts;
mod demo;
mod fuzz;
mod interrupt;
mod node;
mod process;
mod real_model;
mod repo;
mod sdk;
mod services;
mod sim;
mod soak;
mod stages;
mod stopwatch;
mod test;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repo::Repo;

/// Tasks of the HishamOS repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing and run every test there is.
    Test(test::Options),
    /// Install what is missing, build, and turn an idea into a board.
    Demo(demo::Options),
    /// Everything a change must pass: formatting, lints, dependency rules, all tests.
    Ci,
    /// Drive the workflow engine through everything that goes wrong.
    Sim(sim::Options),
    /// Kill, stop and cut off the real program for hours.
    #[command(subcommand)]
    Soak(soak::Soak),
    /// Search for bytes that break the codecs of models.
    Fuzz(fuzz::Options),
    /// Ask a real small model through every door.
    RealModel(real_model::Options),
    /// Measure the program.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if interrupt::requested() => {
            eprintln!("stopped: {error:#}");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the task ended well; an error is something that kept it from its end.
fn run(task: Task) -> anyhow::Result<bool> {
    interrupt::listen()?;
    let repo = Repo::find()?;
    match task {
        Task::Test(options) => test::run(&repo, &options),
        Task::Demo(options) => demo::run(&repo, &options).map(|()| true),
        Task::Ci => ci::run(&repo),
        Task::Sim(options) => sim::simulate(&repo, &options).map(|()| true),
        Task::Soak(soak) => soak::run(&repo, &soak).map(|()| true),
        Task::Fuzz(options) => fuzz::run(&repo, &options).map(|()| true),
        Task::RealModel(options) => real_model::run(&repo, &options),
        Task::Bench(bench) => bench::run(&repo, &bench).map(|()| true),
    }
}
