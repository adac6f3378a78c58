//! The program: one binary that is the whole system.
//!
//! `command` is the command line, from [`command::Cli`] on. `serve` puts the features
//! together and serves them; `demo` does the same and shows an idea becoming a board.
//! `config` reads the configuration, `probe`, `openapi` and `ui` are what the program adds
//! to the features' routes, `trace` and `measure` tell a `collector` of model calls, `client` asks a
//! running server, `watch` follows an execution, `terminal` prints.

mod client;
mod collector;
mod command;
mod config;
mod demo;
mod failure;
mod logging;
mod measure;
mod openapi;
mod probe;
mod serve;
mod terminal;
mod trace;
mod ui;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

/// A third less time in small allocations than the system's own, of which an engine makes many.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let given = command::Cli::command().get_matches();
    let cli = command::Cli::from_arg_matches(&given).unwrap_or_else(|error| error.exit());
    match command::run(cli, &given).and_then(|()| terminal::all_printed()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::print_remark(&format!("hishamos: {failure}"));
            ExitCode::from(failure.exit as u8)
        }
    }
}
