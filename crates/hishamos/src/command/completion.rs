//! `hishamos completion bash|zsh|fish`.

use clap::{Args, CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use super::Cli;

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
    clap_complete::generate(shell, &mut Cli::command(), "hishamos", &mut std::io::stdout());
}
