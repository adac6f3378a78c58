//! R29: ten thousand timers fall due while the server is dead and a thousand executions were
//! running; what its restart is like.

use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::bench::engine::ours::save;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::ask::{many, wait_until};
use crate::bench::load::listing::{is_quiet, lost};
use crate::bench::load::probe::Probe;
use crate::bench::load::score::{Bar, Score};
use crate::bench::load::sink::Sink;
use crate::bench::load::{Scale, moment};
use crate::stopwatch::{Stopwatch, unix_seconds};

/// How long a call of a step takes.
const CALL: Duration = Duration::from_millis(100);
/// How long those take that run when the server dies.
const LONG_CALL: Duration = Duration::from_secs(20);

/// How many short ones show how fast this machine is today.
const SHORT: usize = 300;

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
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
    // Late enough that all are asleep by then: as many short ones would take half of it.
    let short = save(&mut client, &workload::chain(3))?;
    let watch = Stopwatch::start();
    many(&server, &short, "{}", SHORT)?;
    wait_until("short ones have ended", || is_quiet(&mut client, ""))?;
    let each = watch.elapsed().as_secs_f64() / SHORT as f64;
    let due = unix_seconds() + 15.0 + 2.0 * each * (scale.many + scale.some) as f64;
    let body = json!({ "inputs": { "until": moment::write(due) } }).to_string();
    many(&server, &asleep, &body, scale.many)?;
    many(&server, &runs, "{}", scale.some)?;
    wait_until("all of them run", || Ok(slow.inside() >= scale.some))?;
    server.kill()?;
    ensure!(unix_seconds() < due, "it took too long to put everybody to sleep");
    thread::sleep(Duration::from_secs_f64((due - unix_seconds()).max(0.0) + 1.0));
    let asked = sink.done();
    let watch = Stopwatch::start();
    server.start_again()?;
    let ready = watch.elapsed().as_secs_f64();
    score.hold(peer, "R29 start to ready", ready, "s", Bar::AtMost(10.0));
    let probe = Probe::start(&server)?;
    wait_until("all timers have been taken up", || Ok(sink.done() - asked >= scale.many))?;
    score.add(peer, "R29 start to the last overdue timer", watch.elapsed().as_secs_f64(), "s");
    score.hold(peer, "R29 API p95 meanwhile", probe.p95()?, "ms", Bar::AtMost(1000.0));
    let most = Bar::AtMost(limit as f64);
    score.hold(peer, "R29 calls at once of the woken", sink.most() as f64, "calls", most);
    let mut client = server.connect()?;
    wait_until("all of them have ended", || is_quiet(&mut client, ""))?;
    let lost = lost(&mut client, &asleep, scale.many)? + lost(&mut client, &runs, scale.some)?;
    score.hold(peer, "R29 lost", lost as f64, "executions", Bar::AtMost(0.0));
    Ok(())
}
