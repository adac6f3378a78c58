//! R31: what a step costs beside a million stored executions, and at the end of a long
//! history. The stored ones are copies of one that ran, made in SQL while the server is down.

use std::process::Command;

use anyhow::Result;
use serde_json::json;

use crate::bench::engine::ours::{self, Bench};
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload::{self, Sizes};
use crate::process;
use crate::repo::Repo;

/// Measure W1 beside few and beside many stored executions, and chains of two lengths.
pub fn measure(
    repo: &Repo,
    setup: &Setup<'_>,
    stored: u64,
    sizes: &Sizes,
    record: &mut Record,
) -> Result<()> {
    let peer = setup.database.peer();
    let mut server = Server::start(setup, 1024, "")?;
    let runs = sizes.runs / 4;
    Bench::prepare(&server, sizes)?.many(1000, sizes.clients)?;
    let seconds = Bench::prepare(&server, sizes)?.many(runs, sizes.clients)?;
    record.add(peer, "W1 at 1,000 stored", runs as f64 / seconds, "runs/s");
    for (steps, metric) in [(50, "step of a chain of 50"), (500, "step of a chain of 500")] {
        let mut client = server.connect()?;
        let slug = ours::save(&mut client, &workload::chain(steps))?;
        let mut times = Vec::new();
        for _ in 0..5 {
            times.push(ours::execute(&mut client, &slug, &json!({}))? * 1e3 / steps as f64);
        }
        record.add(peer, metric, crate::bench::figure::median(&times), "ms");
    }
    server.stop();
    let mut fill = Command::new("python3");
    fill.arg(repo.root.join("bench/engine/stored/fill.py"));
    process::run(fill.arg(server.sqlite_file()).arg(stored.to_string()))?;
    server.start_again()?;
    let bench = Bench::prepare(&server, sizes)?;
    bench.many(1000, sizes.clients)?;
    let seconds = bench.many(runs, sizes.clients)?;
    record.add(peer, "W1 at 1M stored", runs as f64 / seconds, "runs/s");
    record.add(peer, "cold start at 1M stored", server.started_s, "s");
    Ok(())
}
