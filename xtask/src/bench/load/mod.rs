//! `cargo xtask bench load`: the program under many executions, users and streams, held
//! against the bars of `docs/reliability.md`. Each part has a server of its own, the release
//! program with its public HTTP API.
//!
//! | | |
//! |---|---|
//! | `rates` | L1, L2, L6: durable steps a second, from being due to starting, overload |
//! | `users` | L3: a hundred people at once |
//! | `crowd` | L4, L5, R27, R28: ten thousand that queue, a thousand that wait for a provider, a thousand streams |
//! | `memory` | R18: ten thousand that queue within 512 MiB, by a limit of the kernel |
//! | `herd` | R29: ten thousand overdue timers after a crash |
//! | `cuts` | R36: streams that are cut a thousand times in either form; readers that do not read |
//! | `history` | R31: a history up to its limit |
//! | `repeats` | R34: ten thousand repetitions of one request |
//!
//! [`score`] holds the figures against their bars: the table says which are missed, and then,
//! or when a part could not be measured, the command fails after it has printed everything.
//!
//! [`ask`] asks for many executions, [`listing`] reads them back, [`probe`] measures the API
//! from beside, [`sink`] is what steps call, [`provider`] a model that never ends its answer,
//! [`stream`] a watcher of an execution, [`watchers`] a thousand of them, [`limit`] the
//! kernel's limit.

mod ask;
mod crowd;
mod cuts;
mod frames;
mod herd;
mod history;
mod limit;
pub mod listing;
mod memory;
pub mod moment;
mod probe;
mod provider;
mod rates;
mod repeats;
mod score;
mod sink;
mod stream;
mod users;
mod watchers;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::bench::engine::server::{Database, Setup};
use crate::interrupt;
use crate::repo::Repo;
use crate::services::{Folder, postgres};
use crate::stopwatch::{Stopwatch, unix_seconds};

use self::score::Score;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Durable steps a second, latency at half of that, overload.
    Rates,
    /// A hundred people.
    Users,
    /// Ten thousand that queue, a thousand that wait, a thousand streams.
    Crowd,
    /// Ten thousand that queue within a limit of the kernel on memory.
    Memory,
    /// Overdue timers after a crash.
    Herd,
    /// Streams that are cut, and readers that do not read.
    Cuts,
    /// A history up to its limit.
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
    /// For how long each rate is measured, in seconds, instead of 60.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// How often the full rate is measured; the median is reported.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// For how long a hundred people work, in seconds, instead of 600.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    people_seconds: Option<u64>,
    /// The limit on the memory of the part `memory`, in MiB.
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u64).range(8..))]
    memory_mib: u64,
    /// Where streams are cut; another one each time when absent.
    #[arg(long)]
    seed: Option<u64>,
    /// Measure this program instead of building one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

impl Options {
    fn scale(&self) -> Scale {
        let (many, some, seconds, people_seconds, runs) =
            if self.quick { (1000, 100, 6, 60, 1) } else { (10_000, 1000, 60, 600, self.runs) };
        Scale {
            many,
            some,
            seconds: self.seconds.unwrap_or(seconds),
            runs,
            people_seconds: self.people_seconds.unwrap_or(people_seconds),
            memory_mib: self.memory_mib,
            seed: self.seed.unwrap_or_else(|| unix_seconds() as u64),
        }
    }
}

/// How much work each part does.
#[derive(Clone, Copy)]
struct Scale {
    /// Executions that queue, timers, repetitions.
    many: usize,
    /// Executions that wait for a provider, streams, cuts.
    some: usize,
    /// For how long rates are measured, in seconds.
    seconds: u64,
    /// How often the full rate is measured.
    runs: u16,
    /// For how long a hundred people work, in seconds.
    people_seconds: u64,
    /// The kernel's limit on memory.
    memory_mib: u64,
    /// Where streams are cut.
    seed: u64,
}

/// Build the release program, measure it, print the table. A part that fails does not keep
/// the others from being measured.
pub fn run(repo: &Repo, options: &Options) -> Result<()> {
    let program = repo.release_program(options.program.as_deref())?;
    let scale = options.scale();
    let folder = Folder::create(false)?;
    let settings = ["shared_buffers=512MB", "max_wal_size=4GB"];
    let needs_postgres = options.databases.contains(&Database::Pg);
    let database = needs_postgres.then(|| postgres::start_with(&folder, &settings)).transpose()?;
    let mut score = Score::new();
    println!("{} that queue, {} that wait, watch or cut", scale.many, scale.some);
    for kind in &options.databases {
        let setup = Setup { program: &program, database: *kind, postgres: database.as_ref() };
        for part in Part::value_variants() {
            if !options.only.is_empty() && !options.only.contains(part) {
                continue;
            }
            interrupt::check()?;
            let watch = Stopwatch::start();
            let measured = match part {
                Part::Rates => rates::measure(&setup, scale, &mut score),
                Part::Users => users::measure(&setup, scale, &mut score),
                Part::Crowd => crowd::measure(&setup, scale, &mut score),
                Part::Memory => memory::measure(&setup, scale, &mut score),
                Part::Herd => herd::measure(&setup, scale, &mut score),
                Part::Cuts => cuts::measure(&setup, scale, &mut score),
                Part::History => history::measure(&setup, scale, &mut score),
                Part::Repeats => repeats::measure(&setup, scale, &mut score),
            };
            let name = part.to_possible_value().map_or_else(String::new, |it| it.get_name().into());
            if let Err(error) = measured {
                interrupt::check()?;
                score.leave_out(format!("{name} on {}: {error:#}", kind.peer()));
            }
            println!("{name} took {:.0} s", watch.elapsed().as_secs_f64());
        }
    }
    score.finish(options.json.as_deref())
}
