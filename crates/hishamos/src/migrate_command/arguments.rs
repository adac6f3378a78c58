//! What the command takes.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Bring the schema of a HishamOS database up or down.
#[derive(Debug, Parser)]
#[command(
    name = "hishamos-migrate",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 4 input that cannot be used, 5 cannot reach the database, 7 refused because it would be unsafe"
)]
pub struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// How to print
    #[arg(short, long, value_enum, global = true, default_value = "table")]
    pub output: Output,
    /// Where the database is
    #[command(flatten)]
    pub place: Place,
}

/// Where the database is.
#[derive(Debug, Args)]
pub struct Place {
    /// The data folder [env: HISHAMOS_DATA] [default: hishamos in your data home]
    #[arg(long, global = true)]
    pub data: Option<PathBuf>,
    /// The database, postgres://user@host/name or sqlite:PATH [env: HISHAMOS_DATABASE]
    /// [default: what hishamos.toml in the data folder says, else SQLite in the data folder]
    #[arg(long, global = true)]
    pub database: Option<String>,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Table,
    /// For programs
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the version of the schema and what is pending
    Status,
    /// List all migrations, applied and pending
    List,
    /// Apply what is pending, up to a version
    Upgrade {
        /// The product version to go to, such as 1.2.0; the newest by default
        version: Option<String>,
        /// Show what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Take back everything newer than a version
    Downgrade {
        /// The product version to go to, such as 1.1.0; 0.0.0 is the empty database
        version: String,
        /// Delete the rows that the older schema has no place for
        #[arg(long)]
        yes: bool,
        /// Show what would be done and what would be lost
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a new, numbered pair of migration files
    Create {
        /// What it is about, such as "conversation history"
        name: String,
        /// Where the migrations are
        #[arg(long, default_value = "crates/store/migrations")]
        folder: PathBuf,
        /// Show the files without writing them
        #[arg(long)]
        dry_run: bool,
    },
}
