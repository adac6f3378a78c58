//! Asking for a great many executions, and waiting until something holds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};

use crate::bench::engine::client::Client;
use crate::bench::engine::server::Server;
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// How many connections ask.
const CLIENTS: usize = 64;
/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Asks for so many executions over many connections; the seconds until all are accepted.
pub fn many(server: &Server, slug: &str, body: &str, count: usize) -> Result<f64> {
    let asked = AtomicUsize::new(0);
    let path = format!("/api/v1/workflows/{slug}/execute");
    let work = |mut client: Client| -> Result<()> {
        while asked.fetch_add(1, Ordering::Relaxed) < count {
            interrupt::check()?;
            client.post_unread(&path, body)?;
        }
        Ok(())
    };
    let watch = Stopwatch::start();
    at_once(server, CLIENTS.min(count), work)?;
    Ok(watch.elapsed().as_secs_f64())
}

/// Gives each of so many connections to a thread of its own; the first error of any.
pub fn at_once(
    server: &Server,
    connections: usize,
    work: impl Fn(Client) -> Result<()> + Sync,
) -> Result<()> {
    let clients = (0..connections).map(|_| server.connect()).collect::<Result<Vec<Client>>>()?;
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> =
            clients.into_iter().map(|client| scope.spawn(move || work(client))).collect();
        workers
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| anyhow!("a client panicked"))?)
    })
}

/// Waits until something holds.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let watch = Stopwatch::start();
    while !holds()? {
        interrupt::check()?;
        ensure!(watch.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
