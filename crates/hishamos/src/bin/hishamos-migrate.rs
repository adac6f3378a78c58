//! `hishamos-migrate`: brings the schema of the database up and down.
//!
//! Start with `migrate_command/arguments.rs` for what it takes and `run.rs` for what it does.

#[path = "../migrate_command/mod.rs"]
mod migrate_command;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = migrate_command::Arguments::parse();
    match migrate_command::run(arguments).await {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("hishamos-migrate: {failure}");
            failure.exit_code()
        }
    }
}
