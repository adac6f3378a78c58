//! `hishamos completion bash|zsh|fish`.

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use super::Cli;
use crate::terminal::print_text;

/// Print a completion script.
#[derive(Debug, Args)]
pub struct CompletionCommand {
    /// The shell
    #[arg(value_enum)]
    shell: KnownShell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KnownShell {
    Bash,
    Zsh,
    Fish,
}

/// Prints it.
pub fn run(command: &CompletionCommand) {
    let shell = match command.shell {
        KnownShell::Bash => Shell::Bash,
        KnownShell::Zsh => Shell::Zsh,
        KnownShell::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hishamos", &mut script);
    print_text(&String::from_utf8_lossy(&script));
}
