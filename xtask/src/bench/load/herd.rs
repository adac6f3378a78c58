//! R29: ten thousand timers fall due while the server is dead and a thousand executions were
//! running; what its restart is like.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use serde_json::json;

use crate::bench::engine::client::Client;
use crate::bench::engine::ours::save;
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::load::Scale;
use crate::bench::load::crowd::wait_until;
use crate::bench::load::probe::Probe;
use crate::bench::load::sink::Sink;
use crate::stopwatch::{Stopwatch, unix_seconds};

const CLIENTS: usize = 64;
/// How long a call of a step takes.
const CALL: Duration = Duration::from_millis(100);
/// How long those take that run when the server dies.
const LONG_CALL: Duration = Duration::from_secs(20);

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, record: &mut Record) -> Result<()> {
    let peer = setup.database.peer();
    let (sink, slow) = (Sink::start(CALL)?, Sink::start(LONG_CALL)?);
    let configuration = format!("[tools]\nhttp_allow = \"{},{}\"\n", sink.address, slow.address);
    // As many may run as do when it dies.
    let limit = scale.some;
    let mut server = Server::start(setup, limit, &configuration)?;
    let asleep = format!(
        "name: Asleep\ninputs: {{ until: {{ type: string, required: true }} }}\nsteps:\n  - {{id: nap, needs: [], wait: {{until: '${{{{ inputs.until }}}}'}}}}\n  - {{id: call, needs: [nap], tool: http, with: {{url: 'http://{}/'}}}}\n",
        sink.address
    );
    let runs = format!(
        "name: Runs\nsteps: [{{id: call, tool: http, with: {{url: 'http://{}/'}}}}]\n",
        slow.address
    );
    let mut client = server.connect()?;
    let (asleep, runs) = (save(&mut client, &asleep)?, save(&mut client, &runs)?);
    // Late enough that all are asleep by then.
    let due = unix_seconds() + 15.0 + scale.many as f64 / 400.0;
    let body = json!({ "inputs": { "until": iso(due) } }).to_string();
    many(&server, &asleep, &body, scale.many)?;
    many(&server, &runs, "{}", scale.some)?;
    wait_until("all of them run", || Ok(slow.inside() >= scale.some))?;
    server.kill()?;
    ensure!(unix_seconds() < due, "it took too long to put everybody to sleep");
    thread::sleep(Duration::from_secs_f64((due - unix_seconds()).max(0.0) + 1.0));
    let asked = sink.done();
    let watch = Stopwatch::start();
    server.start_again()?;
    record.add(peer, "R29 start to ready (<= 10)", watch.elapsed().as_secs_f64(), "s");
    let probe = Probe::start(&server)?;
    wait_until("all timers have been taken up", || Ok(sink.done() - asked >= scale.many))?;
    record.add(peer, "R29 start to the last overdue timer", watch.elapsed().as_secs_f64(), "s");
    record.add(peer, "R29 API p95 meanwhile (<= 1000)", probe.p95()?, "ms");
    let most = sink.most() as f64;
    record.add(peer, "R29 calls at once of the woken (<= the limit)", most, "calls");
    record.add(peer, "R29 the limit", limit as f64, "calls");
    Ok(())
}

fn many(server: &Server, slug: &str, body: &str, count: usize) -> Result<()> {
    let asked = AtomicUsize::new(0);
    let path = format!("/api/v1/workflows/{slug}/execute");
    let clients = (0..CLIENTS).map(|_| server.connect()).collect::<Result<Vec<Client>>>()?;
    let work = |mut client: Client| -> Result<()> {
        while asked.fetch_add(1, Ordering::Relaxed) < count {
            client.post_unread(&path, body)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> =
            clients.into_iter().map(|client| scope.spawn(move || work(client))).collect();
        workers
            .into_iter()
            .try_for_each(|one| one.join().map_err(|_| anyhow!("a client panicked"))?)
    })
}

/// A moment in seconds since 1970 as people write it; by the calendar of Howard Hinnant's
/// `civil_from_days`.
fn iso(seconds: f64) -> String {
    let seconds = seconds as i64;
    let (days, rest) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn moments_are_written_as_people_do() {
        assert_eq!(iso(0.0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400.0), "2000-02-29T00:00:00Z");
        assert_eq!(iso(1_767_225_599.9), "2025-12-31T23:59:59Z");
    }
}
