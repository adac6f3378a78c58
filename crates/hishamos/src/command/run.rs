//! From the command line to the command.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use base::{OsRandom, SystemClock};
use clap::ArgMatches;

use super::cli::{Cli, Command};
use super::{
    ai_access, api_key, board, budget, check, completion, configuration, doctor, execution, health,
    ledger, model, model_group, platform, price, project, rate_limit, schedule, secret, usage,
    user, virtual_key, workflow,
};
use crate::config::{self, Config, Environment};
use crate::failure::{Exit, Failure, Result};
use crate::terminal::Output;
use crate::trace::{Post, Spans};
use crate::{demo, logging, serve};

/// How many threads serve commands that are no servers.
const COMMAND_THREADS: usize = 1;

/// Runs one command to its end; `given` is the same command line, word by word.
pub fn run(cli: Cli, given: &ArgMatches) -> Result<()> {
    let Cli { output, command } = cli;
    let environment = Environment::of_process()?;
    warn(output, &environment, given);
    if output.is_csv() && !matches!(command, Command::Usage(_)) {
        let message = "only \"hishamos usage\" answers in CSV; use -o json";
        return Err(Failure::new(Exit::Usage, message));
    }
    match command {
        Command::Serve(command) => {
            let config = config::read(&command.flags, &environment, "info")?.config;
            let (spans, post) = spans(&config).unzip();
            logging::start(&config.log, spans)?;
            stay_small();
            let threads = config.limits.worker_threads;
            block_on(threads, serve::serve(config, !command.no_migrate, post))
        }
        Command::Demo(command) => {
            let config = config::read(&command.flags, &environment, "warn")?.config;
            logging::start(&config.log, None)?;
            stay_small();
            let threads = config.limits.worker_threads;
            block_on(threads, demo::demo(command, config, output))
        }
        Command::Workflow(command) => client(workflow::run(command, output, &environment)),
        Command::Schedule(command) => client(schedule::run(command, output, &environment)),
        Command::Execution(command) => client(execution::run(command, output, &environment)),
        Command::Project(command) => client(project::run(command, output, &environment)),
        Command::Board(command) => client(board::run(command, output, &environment)),
        Command::Model(command) => client(model::run(command, output, &environment)),
        Command::Platform(command) => client(platform::run(command, output, &environment)),
        Command::Health(command) => client(health::run(command, output, &environment)),
        Command::ModelGroup(command) => client(model_group::run(command, output, &environment)),
        Command::Key(command) => client(virtual_key::run(command, output, &environment)),
        Command::Budget(command) => client(budget::run(command, output, &environment)),
        Command::RateLimit(command) => client(rate_limit::run(command, output, &environment)),
        Command::AiAccess(command) => client(ai_access::run(command, output, &environment)),
        Command::Price(command) => client(price::run(command, output, &environment)),
        Command::Usage(command) => client(usage::run(command, output, &environment)),
        Command::Ledger(command) => client(ledger::run(*command, output, &environment)),
        Command::Secret(command) => client(secret::run(command, output, &environment)),
        Command::User(command) => client(user::run(command, output, &environment)),
        Command::ApiKey(command) => client(api_key::run(command, output, &environment)),
        Command::Check(command) => client(check::run(command, output, &environment)),
        Command::Doctor(command) => client(doctor::run(command, output, &environment)),
        Command::Config(command) => configuration::run(command, output, &environment),
        Command::Completion(command) => {
            completion::run(&command);
            Ok(())
        }
    }
}

/// Tells of variables that nobody reads, before what they should have set is missed.
fn warn(output: Output, environment: &Environment, mut given: &ArgMatches) {
    while let Some((_, deeper)) = given.subcommand() {
        given = deeper;
    }
    // Not every command has these flags.
    let data = given.try_get_one::<PathBuf>("data").ok().flatten();
    let key_env = given.try_get_one::<String>("key_env").ok().flatten();
    let data = data.map(PathBuf::as_path);
    for line in config::unknown_variables(environment, data, key_env.map(String::as_str)) {
        output.remark(&format!("hishamos: warning: {line}"));
    }
}

/// Without huge pages: the allocator uses a little of many places, and each would hold two
/// megabytes.
fn stay_small() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!("huge pages stay on, which costs memory: {error}");
    }
}

/// What hears model calls for a collector, where one is configured, and what goes there.
fn spans(config: &Config) -> Option<(Spans, Post)> {
    let endpoint = config.telemetry.otlp_endpoint.as_deref()?;
    Some(Spans::new(endpoint, Arc::new(SystemClock), Arc::new(OsRandom)))
}

fn client(work: impl Future<Output = Result<()>>) -> Result<()> {
    block_on(COMMAND_THREADS, work)
}

fn block_on(threads: usize, work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name("hishamos")
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start threads: {error}")))?;
    let result = runtime.block_on(work);
    // Blocking work that hangs, such as a dead disk, must not keep a failed program alive.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}
