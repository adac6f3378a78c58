//! `hishamos-migrate`: brings the schema of the database up and down.
//!
//! Start with `migrate_command/arguments.rs` for what it takes and `run.rs` for what it does.

#[path = "../migrate_command/mod.rs"]
mod migrate_command;

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = migrate_command::Arguments::parse();
    match migrate_command::run(arguments).await {
        Ok(text) => match print(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("hishamos-migrate: the answer could not be written as a whole: {error}");
                ExitCode::FAILURE
            }
        },
        Err(failure) => {
            eprintln!("hishamos-migrate: {failure}");
            failure.exit_code()
        }
    }
}

/// Prints the answer; that a reader of the beginning has gone is no failure.
fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
