//! `cargo xtask soak`: the proofs of reliability in their long form. They are the tests of
//! the same name, asked by the environment to go on for longer; `docs/reliability.md` says
//! which promise each of them shows. [`steady`], [`upgrade`] and [`clock`] are no tests: they load
//! one server for long, put one version in the place of another, and set a server's clock.

mod clock;
mod drift;
mod steady;
mod upgrade;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

use crate::bench::engine::server::{Database as Kind, Setup};
use crate::repo::Repo;
use crate::services::postgres::Postgres;
use crate::services::{Folder, postgres};
use crate::{apt, cargo_tools, node, process};

/// What is soaked.
#[derive(Subcommand)]
pub enum Soak {
    /// The workflow engine: kills, power cuts, deaths at every point, stand-by, partitions,
    /// lost connections, crashes of the database, a lost Redis, races, schedules, writers,
    /// questions, steps that kill; with minutes also one server under steady load.
    Engine(Options),
    /// One server under steady load: whether memory, descriptors and logs stay as they are.
    Steady(SteadyOptions),
    /// One version in the place of another while executions are under way, and back.
    Upgrade(upgrade::Options),
    /// The clock of one server jumps by hours and a day while executions and a schedule run.
    Clock(clock::Options),
    /// Money: a provider with faults beside a server that is killed.
    Gateway(GatewayOptions),
}

/// How long, and on what.
#[derive(Args)]
pub struct Options {
    /// How often the server is killed, or its connections or its power are cut, in each proof.
    #[arg(long, default_value_t = 1000)]
    kills: u64,
    /// How often the network between servers and the database breaks.
    #[arg(long, default_value_t = 200)]
    episodes: u64,
    /// How often the database crashes.
    #[arg(long, default_value_t = 20)]
    restarts: u64,
    /// For how many minutes each proof goes on at least, the one under steady load included.
    #[arg(long, default_value_t = 0)]
    minutes: u64,
    /// The program under steady load instead of a release that is built.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// On which database.
    #[arg(long, default_value = "both")]
    database: Database,
    /// Only the proofs whose tests have one of these texts in their names, such as
    /// `power,redis`; all when absent.
    #[arg(long, value_name = "TEXT", value_delimiter = ',')]
    only: Vec<String>,
    /// Where the moments come from; another seed each time when absent.
    #[arg(long)]
    seed: Option<u64>,
}

/// How long it is loaded, and on what.
#[derive(Args)]
pub struct SteadyOptions {
    /// For how many minutes.
    #[arg(long, default_value_t = 120)]
    minutes: u64,
    /// On which database.
    #[arg(long, default_value = "both")]
    database: Database,
    /// This program instead of a release that is built.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// How much money, and on what.
#[derive(Args)]
pub struct GatewayOptions {
    /// How many calls the provider hears at least.
    #[arg(long, default_value_t = 10_000)]
    calls: u64,
    /// How often the server is killed.
    #[arg(long, default_value_t = 100)]
    kills: u64,
    /// On which database.
    #[arg(long, default_value = "both")]
    database: Database,
    /// Where the moments come from; another seed each time when absent.
    #[arg(long)]
    seed: Option<u64>,
}

/// The databases.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Database {
    /// Only SQLite.
    Sqlite,
    /// Only PostgreSQL.
    Postgres,
    /// One after the other.
    Both,
}

impl Database {
    fn each(self) -> Vec<Kind> {
        match self {
            Self::Sqlite => vec![Kind::Sqlite],
            Self::Postgres => vec![Kind::Pg],
            Self::Both => vec![Kind::Sqlite, Kind::Pg],
        }
    }
}

/// How many questions wait in the proof with people (R13).
const QUESTIONS: u64 = 1000;
/// How many steps run while one server takes over from another (R6).
const RUNNING: u64 = 500;

/// What the tests of money are called.
const MONEY: &str = "^crash::every_paid_call_is_in_the_ledger";

/// How many times of each schedule are kept by servers that are killed (R10).
const TICKS: u64 = 1000;

/// For how many minutes 64 writers write at least (R37).
const WRITING_MINUTES: u64 = 10;
/// Those writers, as nextest's filter: only SQLite knows locks that shut writers out.
const WRITERS: &str =
    "package(store) & test(/^commit::sixty_four_writers_are_never_locked_out::sqlite$/)";

/// How often a cancel races with an end (R11).
const RACES: u64 = 2000;
/// Where Redis is lost (R20), as nextest's filter.
const REDIS: &str = "package(gateway) & test(/::whatever_happens_to_redis/)";

/// Run the proofs, one after the other, so that no two disturb each other.
pub fn run(repo: &Repo, soak: &Soak) -> Result<()> {
    let database = match soak {
        Soak::Engine(options) => options.database,
        Soak::Gateway(options) => options.database,
        Soak::Steady(options) => options.database,
        Soak::Upgrade(options) => options.database,
        Soak::Clock(options) => options.database,
    };
    let folder = Folder::create(false)?;
    let server = match database {
        Database::Sqlite => None,
        Database::Postgres | Database::Both => Some(postgres::start(&folder)?),
    };
    let server = server.as_ref();
    match soak {
        Soak::Engine(options) => {
            apt::install(&[&apt::STRACE])?;
            prove(repo, server, engine(repo, options))?;
            if options.minutes == 0 {
                return Ok(());
            }
            steadily(repo, server, database, options.minutes, options.program.as_ref())
        }
        Soak::Gateway(options) => prove(repo, server, gateway(repo, options)),
        Soak::Steady(options) => {
            steadily(repo, server, database, options.minutes, options.program.as_ref())
        }
        Soak::Upgrade(options) => upgrade::run(repo, options, server),
        Soak::Clock(options) => clock::run(repo, options, server),
    }
}

/// Runs tests on a PostgreSQL of their own.
fn prove(repo: &Repo, server: Option<&Postgres>, mut tests: Command) -> Result<()> {
    cargo_tools::nextest(repo)?;
    node::packages(repo)?;
    node::build(repo)?;
    if let Some(server) = server {
        tests.env("HISHAMOS_TEST_POSTGRES", &server.url);
    }
    process::run(&mut tests)
}

/// Loads a server on each database; what grows on one does not hide what grows on the other.
fn steadily(
    repo: &Repo,
    postgres: Option<&Postgres>,
    database: Database,
    minutes: u64,
    program: Option<&PathBuf>,
) -> Result<()> {
    let program = repo.release_program(program.map(PathBuf::as_path))?;
    let setups = database.each().into_iter();
    let setups = setups.map(|database| Setup { program: &program, database, postgres });
    let ends: Vec<Result<()>> = setups.map(|setup| steady::run(&setup, minutes)).collect();
    ends.into_iter().collect()
}

fn engine(repo: &Repo, options: &Options) -> Command {
    let Options { database, seed, .. } = options;
    let mut proofs = vec![filter(*database), races(*database), REDIS.to_owned()];
    if *database != Database::Postgres {
        proofs.push(WRITERS.to_owned());
    }
    let mut chosen = format!("(({}))", proofs.join(") + ("));
    if !options.only.is_empty() {
        let named: Vec<String> = options.only.iter().map(|text| format!("test({text})")).collect();
        chosen = format!("{chosen} & ({})", named.join(" + "));
    }
    let mut nextest = nextest(repo, &chosen, *seed);
    nextest
        .env("PROOF_KILLS", options.kills.to_string())
        .env("PROOF_CUTS", options.kills.to_string())
        .env("PROOF_STARTS", (options.kills / 20).max(1).to_string())
        .env("PROOF_ROUNDS", (options.kills / 10).max(1).to_string())
        .env("PROOF_EPISODES", options.episodes.to_string())
        .env("PROOF_RESTARTS", options.restarts.to_string())
        .env("PROOF_MINUTES", options.minutes.to_string())
        .env("PROOF_QUESTIONS", QUESTIONS.to_string())
        .env("PROOF_RUNNING", RUNNING.to_string())
        .env("PROOF_RACES", RACES.to_string())
        .env("PROOF_TICKS", TICKS.to_string())
        .env("PROOF_WRITING_MINUTES", options.minutes.max(WRITING_MINUTES).to_string())
        .env("PROOF_BOUNDS", "1");
    nextest
}

fn gateway(repo: &Repo, options: &GatewayOptions) -> Command {
    let mut nextest = nextest(repo, &money(options.database), options.seed);
    nextest
        .env("PROOF_CALLS", options.calls.to_string())
        .env("PROOF_KILLS", options.kills.to_string());
    nextest
}

fn nextest(repo: &Repo, filter: &str, seed: Option<u64>) -> Command {
    let mut nextest = repo.cargo();
    // Built once with optimisation: what takes hours otherwise takes one.
    nextest.args(["nextest", "run", "--workspace", "--test", "it", "--cargo-profile", "sim"]).args(
        ["--profile", "soak", "--test-threads", "1", "--success-output", "immediate", "-E", filter],
    );
    if let Some(seed) = seed {
        nextest.env("PROOF_SEED", seed.to_string());
    }
    nextest
}

/// The engine's tests, as nextest's filter.
fn filter(database: Database) -> String {
    let crash = match database {
        Database::Sqlite => "test(/^crash::.*_on_sqlite$/)",
        Database::Postgres => "test(/^crash::.*_on_postgres$/) + test(/^standby::/)",
        Database::Both => "test(/^crash::.*_on_(sqlite|postgres)$/) + test(/^standby::/)",
    };
    format!("package(hishamos) & ({crash}) - test(/{MONEY}/)")
}

/// The races between a cancel and an end, as nextest's filter.
fn races(database: Database) -> String {
    let on = match database {
        Database::Sqlite => "sqlite",
        Database::Postgres => "postgres",
        Database::Both => "(sqlite|postgres)",
    };
    format!("package(automation) & test(/^cancel::cancel_and_completion_have_one_winner::{on}$/)")
}

/// The tests of money, as nextest's filter.
fn money(database: Database) -> String {
    let on = match database {
        Database::Sqlite => "_on_sqlite$",
        Database::Postgres => "_on_postgres$",
        Database::Both => "",
    };
    format!("package(hishamos) & test(/{MONEY}{on}/)")
}

#[cfg(test)]
mod tests {
    use super::{Database, MONEY, filter, money, races};

    #[test]
    fn each_database_has_its_proofs() {
        assert!(!filter(Database::Sqlite).contains("standby"), "SQLite has one server");
        assert!(filter(Database::Both).contains("(sqlite|postgres)"));
        assert!(filter(Database::Postgres).contains("standby"));
        assert!(money(Database::Sqlite).ends_with("_on_sqlite$/)"));
        assert!(filter(Database::Both).ends_with(&format!("- test(/{MONEY}/)")));
        assert!(races(Database::Postgres).ends_with("::postgres$/)"));
    }
}
