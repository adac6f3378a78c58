//! `cargo xtask bench load`: the program under many executions, users and streams, held
//! against the bars of `docs/reliability.md`. Each part has a server of its own, the release
//! program with its public HTTP API.
//!
//! | | |
//! |---|---|
//! | `rates` | L1, L2, L6: durable steps a second, from being wanted to starting, overload |
//! | `users` | L3: a hundred people at once |
//! | `crowd` | L4, L5, R27, R28: ten thousand that queue, a thousand that wait for a provider, a thousand streams |
//! | `herd` | R29: ten thousand overdue timers after a crash |
//! | `history` | R31, R36: a history up to its limit; its stream cut a thousand times |
//! | `repeats` | R34: ten thousand repetitions of one request |
//!
//! [`probe`] measures the API from beside, [`sink`] is what steps call, [`provider`] a model
//! that never ends its answer, [`stream`] a watcher of an execution.

mod crowd;
mod herd;
mod history;
mod probe;
mod provider;
mod rates;
mod repeats;
mod sink;
mod stream;
mod users;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Database, Setup};
use crate::bench::engine::{release_program, table};
use crate::bench::figure::append;
use crate::interrupt;
use crate::repo::Repo;
use crate::services::{Folder, postgres};

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Durable steps a second, latency at half of that, overload.
    Rates,
    /// A hundred people.
    Users,
    /// Ten thousand that queue, a thousand that wait, a thousand streams.
    Crowd,
    /// Overdue timers after a crash.
    Herd,
    /// A history up to its limit, and its stream.
    History,
    /// The same request again and again.
    Repeats,
}

/// What is measured, on what, and where the figures go.
#[derive(Args)]
pub struct Options {
    /// Append the figures to this file, one JSON line each.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Only these parts.
    #[arg(long, value_delimiter = ',', value_name = "PARTS", ignore_case = true)]
    only: Vec<Part>,
    /// Only these databases.
    #[arg(long, value_delimiter = ',', value_name = "DATABASES", default_value = "sqlite,pg")]
    databases: Vec<Database>,
    /// A tenth of the work: shows that it works.
    #[arg(long)]
    quick: bool,
    /// Measure this program instead of building one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// How much work each part does.
#[derive(Clone, Copy)]
pub struct Scale {
    /// Executions that queue, timers, repetitions.
    pub many: usize,
    /// Executions that wait for a provider, streams, cuts.
    pub some: usize,
    /// For how long rates are measured, in seconds.
    pub seconds: u64,
}

/// Build the release program, measure it, print the table.
pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    let program = release_program(repo, options.program.as_deref())?;
    let scale = if options.quick {
        Scale { many: 1000, some: 100, seconds: 6 }
    } else {
        Scale { many: 10_000, some: 1000, seconds: 60 }
    };
    let folder = Folder::create(false)?;
    let settings = ["shared_buffers=512MB", "max_wal_size=4GB"];
    let needs_postgres = options.databases.contains(&Database::Pg);
    let database = needs_postgres.then(|| postgres::start_with(&folder, &settings)).transpose()?;
    let mut record = Record::new();
    for kind in &options.databases {
        let setup = Setup { program: &program, database: *kind, postgres: database.as_ref() };
        for part in Part::value_variants() {
            if !options.only.is_empty() && !options.only.contains(part) {
                continue;
            }
            interrupt::check()?;
            match part {
                Part::Rates => rates::measure(&setup, scale, &mut record)?,
                Part::Users => users::measure(&setup, scale, &mut record)?,
                Part::Crowd => crowd::measure(&setup, scale, &mut record)?,
                Part::Herd => herd::measure(&setup, scale, &mut record)?,
                Part::History => history::measure(&setup, scale, &mut record)?,
                Part::Repeats => repeats::measure(&setup, scale, &mut record)?,
            }
        }
    }
    let figures = record.figures();
    table::print(&figures);
    append(&figures, options.json.as_deref())
}
