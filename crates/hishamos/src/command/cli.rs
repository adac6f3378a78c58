//! The command line as a whole.

use clap::{Parser, Subcommand};

use super::{
    ai_access, api_key, board, budget, check, completion, configuration, doctor, execution, health,
    ledger, model, model_group, platform, price, project, rate_limit, schedule, secret, usage,
    user, virtual_key, workflow,
};
use crate::demo::DemoCommand;
use crate::serve::ServeCommand;
use crate::terminal::Output;

/// A self-hosted operating system for teams of AI agents.
#[derive(Debug, Parser)]
#[command(name = "hishamos", version, arg_required_else_help = true, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 not found, 4 invalid input, 5 cannot reach a server, 6 refused, 7 unsafe set-up."
)]
pub struct Cli {
    #[command(flatten)]
    pub output: Output,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(ServeCommand),
    /// Turn an idea into a board and show every step
    Demo(DemoCommand),
    /// Run, check, draw, compare and exchange workflows
    #[command(subcommand)]
    Workflow(workflow::Command),
    /// Start workflows at certain times
    #[command(subcommand)]
    Schedule(schedule::Command),
    /// Watch and steer executions
    #[command(subcommand)]
    Execution(execution::Command),
    /// List and create projects
    #[command(subcommand)]
    Project(project::Command),
    /// Show a project's board
    Board(board::BoardCommand),
    /// Install and choose the local model
    #[command(subcommand)]
    Model(model::Command),
    /// Set up, change, test and remove AI platforms
    #[command(subcommand)]
    Platform(platform::Command),
    /// How the platforms are, and how they were
    Health(health::HealthCommand),
    /// Names that stand for several models
    #[command(subcommand)]
    ModelGroup(model_group::Command),
    /// Virtual keys for clients of the gateway's doors
    #[command(subcommand)]
    Key(virtual_key::Command),
    /// What may be spent, by whom and on what
    #[command(subcommand)]
    Budget(budget::Command),
    /// What the organisation and its people may ask for in a minute
    #[command(subcommand)]
    RateLimit(rate_limit::Command),
    /// What each person may use of platforms, models and agents
    #[command(subcommand, name = "ai-access")]
    AiAccess(ai_access::Command),
    /// What models cost
    #[command(subcommand)]
    Price(price::Command),
    /// What was used and what it cost
    Usage(usage::UsageCommand),
    /// Every call of a model, line by line
    Ledger(Box<ledger::LedgerCommand>),
    /// The keys that seal secrets
    #[command(subcommand)]
    Secret(secret::Command),
    /// Administrators and sign-in links, on the server's own machine
    #[command(subcommand)]
    User(user::Command),
    /// API keys, on the server's own machine
    #[command(subcommand, name = "api-key")]
    ApiKey(api_key::Command),
    /// Look for data that should never be there; the server must be stopped
    Check(check::CheckCommand),
    /// Look at this machine and say what is missing
    Doctor(doctor::DoctorCommand),
    /// Show the configuration and where each value comes from
    #[command(subcommand)]
    Config(configuration::Command),
    /// Print a completion script for a shell
    Completion(completion::CompletionCommand),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::PathBuf;

    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn commands_of_the_documents_exist() {
        let mut program = Cli::command();
        program.build();
        let user = std::fs::read_dir("../../docs/user").unwrap().map(|file| file.unwrap().path());
        let others = ["../../README.md", "../../docs/operations.md"].map(PathBuf::from);
        let mut found = 0;
        for file in user.chain(others) {
            let text = std::fs::read_to_string(&file).unwrap();
            for line in text.split(['`', '\n']) {
                let Some(words) = line.strip_prefix("hishamos ") else { continue };
                let mut command = &program;
                for word in words.split_whitespace() {
                    if !command.has_subcommands() {
                        break;
                    }
                    command = command
                        .find_subcommand(word)
                        .unwrap_or_else(|| panic!("{}: no \"hishamos {words}\"", file.display()));
                }
                found += 1;
            }
        }
        assert!(found > 40, "only {found} commands were looked for");
    }

    #[test]
    fn flags_of_every_command_are_different() {
        Cli::command().debug_assert();
    }
}
