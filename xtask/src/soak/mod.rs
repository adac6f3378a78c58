//! `cargo xtask soak`: the proofs of reliability in their long form. They are the tests of
//! the same name, asked by the environment to go on for longer; `docs/reliability.md` says
//! which promise each of them shows.

use std::process::Command;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

use crate::repo::Repo;
use crate::services::{Folder, postgres};
use crate::{cargo_tools, node, process};

/// What is soaked.
#[derive(Subcommand)]
pub enum Soak {
    /// The workflow engine: kills, stand-by, lost connections, questions, steps that kill.
    Engine(Options),
    /// Money: a provider with faults beside a server that is killed.
    Gateway(GatewayOptions),
}

/// How long, and on what.
#[derive(Args)]
pub struct Options {
    /// How often the server is killed, or its connections are cut, in each proof.
    #[arg(long, default_value_t = 1000)]
    kills: u64,
    /// For how many minutes each proof goes on at least.
    #[arg(long, default_value_t = 0)]
    minutes: u64,
    /// On which database.
    #[arg(long, default_value = "both")]
    database: Database,
    /// Where the moments come from; another seed each time when absent.
    #[arg(long)]
    seed: Option<u64>,
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
enum Database {
    /// Only SQLite.
    Sqlite,
    /// Only PostgreSQL.
    Postgres,
    /// One after the other.
    Both,
}

/// How many questions wait in the proof with people (R13).
const QUESTIONS: u64 = 1000;
/// How many steps run while one server takes over from another (R6).
const RUNNING: u64 = 500;

/// What the tests of money are called.
const MONEY: &str = "^crash::every_paid_call_is_in_the_ledger";

/// Run the proofs, one after the other, so that no two disturb each other.
pub fn run(repo: &Repo, soak: &Soak) -> Result<()> {
    let database = match soak {
        Soak::Engine(options) => options.database,
        Soak::Gateway(options) => options.database,
    };
    cargo_tools::nextest(repo)?;
    node::packages(repo)?;
    node::build(repo)?;
    let folder = Folder::create(false)?;
    let server = match database {
        Database::Sqlite => None,
        Database::Postgres | Database::Both => Some(postgres::start(&folder)?),
    };
    let mut soak = match soak {
        Soak::Engine(options) => engine(repo, options),
        Soak::Gateway(options) => gateway(repo, options),
    };
    if let Some(server) = &server {
        soak.env("HISHAMOS_TEST_POSTGRES", &server.url);
    }
    process::run(&mut soak)
}

fn engine(repo: &Repo, options: &Options) -> Command {
    let mut nextest = nextest(repo, &filter(options.database), options.seed);
    nextest
        .env("PROOF_KILLS", options.kills.to_string())
        .env("PROOF_MINUTES", options.minutes.to_string())
        .env("PROOF_QUESTIONS", QUESTIONS.to_string())
        .env("PROOF_RUNNING", RUNNING.to_string())
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
    nextest.args(["nextest", "run", "--package", "hishamos", "--profile", "soak"]).args([
        "--test-threads",
        "1",
        "--success-output",
        "immediate",
        "-E",
        filter,
    ]);
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
    format!("({crash}) - test(/{MONEY}/)")
}

/// The tests of money, as nextest's filter.
fn money(database: Database) -> String {
    match database {
        Database::Sqlite => format!("test(/{MONEY}_on_sqlite$/)"),
        Database::Postgres => format!("test(/{MONEY}_on_postgres$/)"),
        Database::Both => format!("test(/{MONEY}/)"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Database, filter, money};

    #[test]
    fn each_database_has_its_proofs() {
        assert!(!filter(Database::Sqlite).contains("standby"), "SQLite has one server");
        assert!(filter(Database::Both).contains("(sqlite|postgres)"));
        assert!(filter(Database::Postgres).contains("standby"));
        assert!(money(Database::Sqlite).ends_with("_on_sqlite$/)"));
        assert!(filter(Database::Both).ends_with(&format!("- {}", money(Database::Both))));
    }
}
