//! `cargo xtask bench engine`: the workflow engine beside others, on the same work.
//!
//! | | |
//! |---|---|
//! | W1 | many executions of 3 sequential durable steps, concurrent |
//! | W2 | one execution of 500 parallel steps and a join |
//! | W3 | one execution of 500 sequential durable steps |
//! | W4 | a 3-step execution on an idle engine, one at a time |
//! | W5 | 200 executions of 5 steps of 200 ms, at most 20 at a time; `kill -9` half-way |
//!
//! Ours goes through the public HTTP API of the release program ([`ours`]); the others run
//! small programs of ours from `bench/engine` with their own clients ([`peer`]). [`floor`]
//! says what the disk can do, [`crash`] reads what a crash left, [`stored`] shows that a step
//! costs the same beside a million stored executions, [`table`] prints everything side by side.

pub mod client;
pub mod crash;
pub mod endpoint;
mod floor;
mod install;
pub mod memory;
pub mod ours;
mod peer;
pub mod record;
pub mod server;
mod stack;
mod stored;
pub mod table;
pub mod workload;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::bench::figure::append;
use crate::interrupt;
use crate::repo::Repo;
use crate::services::{Folder, postgres};

use self::peer::Peer;
use self::record::Record;
use self::server::Database;
use self::workload::Sizes;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// What the disk and the databases can do.
    Floor,
    /// Cold start, idle memory.
    Idle,
    /// Executions a second.
    W1,
    /// Fan-out and join.
    W2,
    /// A long chain.
    W3,
    /// Latency.
    W4,
    /// A crash.
    W5,
    /// A million stored executions, and a long history.
    R31,
}

/// What is measured, beside whom, and where the figures go.
#[derive(Args)]
pub struct Options {
    /// Append the figures to this file, one JSON line each.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Other engines to measure in the same run; they are installed under the target folder.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    peers: Vec<Peer>,
    /// Only these parts.
    #[arg(long, value_delimiter = ',', value_name = "PARTS", ignore_case = true)]
    only: Vec<Part>,
    /// Only these databases for ours.
    #[arg(long, value_delimiter = ',', value_name = "DATABASES", default_value = "sqlite,pg")]
    databases: Vec<Database>,
    /// Leave ours out: the others alone.
    #[arg(long, requires = "peers")]
    without_ours: bool,
    /// Less work: shows that it works, not how fast it is.
    #[arg(long)]
    quick: bool,
    /// How often each measurement is repeated; the median is reported.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// How many executions are stored for the part `r31`.
    #[arg(long, default_value_t = 1_000_000)]
    stored: u64,
    /// Measure this program instead of building one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

/// Build the release program, measure it and the others, print the table.
pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    let program = if options.without_ours {
        PathBuf::new()
    } else {
        repo.release_program(options.program.as_deref())?
    };
    let databases: &[Database] = if options.without_ours { &[] } else { &options.databases };
    let sizes = if options.quick { Sizes::quick() } else { Sizes::full() };
    let installed = options
        .peers
        .iter()
        .map(|peer| Ok((*peer, install::install(repo, *peer)?)))
        .collect::<Result<Vec<_>>>()?;
    let mut record = Record::new();
    let needs_postgres =
        databases.contains(&Database::Pg) || options.peers.iter().any(|peer| peer.needs_postgres());
    let folder = Folder::create(false)?;
    // Enough memory and log that PostgreSQL's own housekeeping is not what is measured;
    // what makes a commit durable stays at its defaults.
    let settings = ["shared_buffers=512MB", "max_wal_size=4GB"];
    let database = needs_postgres.then(|| postgres::start_with(&folder, &settings)).transpose()?;
    if options.wants(Part::Floor) {
        floor::measure(repo, &folder, database.as_ref(), &mut record)?;
    }
    for kind in databases {
        interrupt::check()?;
        let setup =
            server::Setup { program: &program, database: *kind, postgres: database.as_ref() };
        ours::measure(&setup, options, &sizes, &mut record)?;
        if options.wants(Part::R31) && *kind == Database::Sqlite {
            stored::measure(repo, &setup, options.stored, &sizes, &mut record)?;
        }
    }
    // One that breaks down does not take what was measured of the others with it.
    let mut broken = Vec::new();
    for (peer, place) in &installed {
        interrupt::check()?;
        let measured =
            peer::measure(repo, *peer, place, database.as_ref(), options, &sizes, &mut record);
        if let Err(error) = measured {
            interrupt::check()?;
            eprintln!("{} was not measured to its end: {error:#}", peer.name());
            broken.push(peer.name());
        }
    }
    let figures = record.figures();
    table::print(&figures);
    append(&figures, options.json.as_deref())?;
    if !broken.is_empty() {
        bail!("not measured to their end: {}", broken.join(", "));
    }
    Ok(())
}
