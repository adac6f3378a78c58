//! What the disk and the databases can do without any engine, measured in the same run.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::engine::record::Record;
use crate::bench::figure::median;
use crate::process;
use crate::repo::Repo;
use crate::services::Folder;
use crate::services::postgres::{self, Postgres};
use crate::stopwatch::Stopwatch;

const PEER: &str = "floor";
const SECONDS: f64 = 3.0;

/// Measure it.
pub fn measure(
    repo: &Repo,
    folder: &Folder,
    postgres: Option<&Postgres>,
    record: &mut Record,
) -> Result<()> {
    let scripts = repo.root.join("bench/engine/floor");
    let (rate, p50) = fsync(SECONDS)?;
    record.add(PEER, "4 KiB append+fdatasync", rate, "/s");
    record.add(PEER, "4 KiB append+fdatasync p50", p50, "ms");
    let mut python = Command::new("python3");
    let printed = process::capture(python.arg(scripts.join("sqlite.py")).arg(folder.path()))?;
    let mut rates = printed.lines().filter_map(|line| line.parse::<f64>().ok());
    let mut next = || rates.next().context("python3 printed no figure of SQLite");
    record.add(PEER, "SQLite FULL, 1 row a commit", next()?, "commits/s");
    record.add(PEER, "SQLite FULL, 100 rows a commit", next()?, "rows/s");
    if let Some(postgres) = postgres {
        pgbench(&scripts, postgres, record)?;
    }
    Ok(())
}

fn pgbench(scripts: &Path, postgres: &Postgres, record: &mut Record) -> Result<()> {
    let Some(program) =
        postgres::programs().map(|bin| bin.join("pgbench")).filter(|file| file.is_file())
    else {
        println!("pgbench is not installed, so PostgreSQL's own rate is left out");
        return Ok(());
    };
    let table = fs::read_to_string(scripts.join("table.sql")).context("cannot read table.sql")?;
    postgres.query(&table)?;
    let script = scripts.join("row.sql");
    for (clients, metric) in [("1", "PostgreSQL, 1 client"), ("16", "PostgreSQL, 16 clients")] {
        let mut bench = Command::new(&program);
        bench
            .args(["-n", "-M", "prepared", "-T", "3", "-c", clients, "-j", "2", "-f"])
            .arg(&script)
            .arg(&postgres.url);
        if clients == "1" {
            bench.args(["-j", "1"]);
        }
        let printed = process::capture(&mut bench)?;
        let rate = printed.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rest| rest.split(' ').next()?.parse().ok());
        record.add(PEER, metric, rate.context("pgbench printed no rate")?, "commits/s");
    }
    Ok(())
}

/// How fast appends become durable: a second's number, and the middle one in milliseconds.
fn fsync(seconds: f64) -> Result<(f64, f64)> {
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let path = folder.path().join("probe");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let (block, mut times) = ([b'x'; 4096], Vec::new());
    let all = Stopwatch::start();
    while all.elapsed().as_secs_f64() < seconds {
        let one = Stopwatch::start();
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(one.elapsed().as_secs_f64() * 1e3);
    }
    Ok((times.len() as f64 / all.elapsed().as_secs_f64(), median(&times)))
}

/// What an fsync takes just now, in milliseconds: a figure that goes with every other,
/// because on a shared machine it moves by more than ten times.
pub fn probe_ms() -> f64 {
    fsync(0.1).map_or(f64::NAN, |(_, p50)| p50)
}
