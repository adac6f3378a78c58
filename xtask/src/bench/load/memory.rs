//! R18: a server with a limit of the kernel on its memory, while a hundred executions run and
//! ten thousand queue behind them; nothing is killed, nothing is lost.

use anyhow::{Context, Result, ensure};

use crate::bench::engine::ours::save;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::Scale;
use crate::bench::load::ask::{many, wait_until};
use crate::bench::load::crowd::{ASKS, cancel_some};
use crate::bench::load::limit::Limit;
use crate::bench::load::listing::{is_quiet, lost};
use crate::bench::load::provider::Provider;
use crate::bench::load::score::{Bar, Score};

/// How many run.
const RUNNING: usize = 100;

/// Measure it, or say that this machine cannot.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
    let peer = setup.database.peer();
    let limit = match Limit::create(scale.memory_mib << 20) {
        Ok(limit) => limit,
        Err(error) => {
            score.leave_out(format!("R18 on {peer}: {error:#}"));
            return Ok(());
        }
    };
    score.add(peer, "R18 limit of the kernel", scale.memory_mib as f64, "MiB");
    let held = drive(setup, scale, &limit, score);
    // A server that was killed shows as one that is gone; what matters is why.
    let kills = limit.kills()? as f64;
    score.hold(peer, "R18 killed for want of memory", kills, "processes", Bar::AtMost(0.0));
    held
}

fn drive(setup: &Setup<'_>, scale: Scale, limit: &Limit, score: &mut Score) -> Result<()> {
    let peer = setup.database.peer();
    let provider = Provider::start()?;
    let configuration = provider.configuration(RUNNING);
    let server = Server::start_held(setup, RUNNING, &configuration, Some(&limit.processes()))?;
    let pid = server.processes().first().copied().context("the server is gone")?;
    let held = std::fs::read_to_string(limit.processes()).context("the group cannot be read")?;
    ensure!(held.lines().any(|line| line == pid.to_string()), "the server is not held");
    let mut client = server.connect()?;
    let asks = save(&mut client, ASKS)?;
    let three = save(&mut client, &workload::chain(3))?;
    many(&server, &asks, "{}", RUNNING)?;
    wait_until("a hundred run", || Ok(provider.waiting() >= RUNNING))?;
    many(&server, &three, "{}", scale.many)?;
    let most = most_mib(pid)?;
    // Their places are free for those that queue.
    cancel_some(&mut client, RUNNING / 2)?;
    let query = format!("workflow={three}");
    wait_until("everything has run", || is_quiet(&mut client, &query))?;
    score.add(peer, "R18 RSS at most with 100 that run and many that queue", most, "MiB");
    score.add(peer, "R18 RSS at most until all have run", most_mib(pid)?, "MiB");
    let lost = lost(&mut client, &three, scale.many)? as f64;
    score.hold(peer, "R18 lost", lost, "executions", Bar::AtMost(0.0));
    Ok(())
}

/// The most that a process has ever held in memory.
fn most_mib(pid: u32) -> Result<f64> {
    let status =
        std::fs::read_to_string(format!("/proc/{pid}/status")).context("the server is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.context("/proc does not tell the most memory")? / 1024.0)
}
