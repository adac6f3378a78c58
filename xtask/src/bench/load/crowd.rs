//! L4, L5, R18, R27 and R28: a thousand executions wait for a slow provider, ten thousand
//! queue behind them, a thousand people watch; what that takes in memory and time, and
//! whether somebody with little to do gets through.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use crate::bench::engine::client::Client;
use crate::bench::engine::memory;
use crate::bench::engine::ours::{percentile, save};
use crate::bench::engine::record::Record;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::engine::workload;
use crate::bench::load::Scale;
use crate::bench::load::probe::Probe;
use crate::bench::load::provider::Provider;
use crate::bench::load::stream::Stream;
use crate::interrupt;
use crate::stopwatch::{Stopwatch, unix_seconds};

const CLIENTS: usize = 64;
/// How many executions are watched, each by the same number of people.
const WATCHED: usize = 100;
/// How many signals each of them gets while it is watched.
const SIGNALS: usize = 20;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(180);
/// Small, because there are as many threads as streams.
const STACK: usize = 128 * 1024;

const ASKS: &str = "name: Asks a model
steps:
  - {id: ask, agent: general, prompt: 'Say hello.', timeout-minutes: 60}
";
const WATCHED_ONE: &str = "name: Watched
steps:
  - id: word
    strategy: { matrix: { i: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21] } }
    wait: { event: go }
";

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, record: &mut Record) -> Result<()> {
    let peer = setup.database.peer();
    let provider = Provider::start()?;
    let some = scale.some;
    let configuration = format!(
        "[[providers]]\nname = \"slow\"\nbase_url = \"http://{}/v1\"\nmodels = [\"m\"]\nmax_concurrent = {some}\n\n[model]\ndefault = \"slow/m\"\n\n[limits]\nattempts_per_agent = {some}\n",
        provider.address
    );
    let server = Server::start(setup, some, &configuration)?;
    let rss = || memory::resident_mib(&server.processes()[..1]);
    let mut client = server.connect()?;
    let asks = save(&mut client, ASKS)?;
    let three = save(&mut client, &workload::chain(3))?;
    let watched = save(&mut client, WATCHED_ONE)?;
    client.post("/api/v1/projects", "{\"key\":\"BIG\",\"name\":\"Big\"}")?;
    client.post("/api/v1/projects", "{\"key\":\"LITTLE\",\"name\":\"Little\"}")?;
    record.add(peer, "R18 RSS idle", rss(), "MiB");

    let ids = watch_many(&server, &watched, WATCHED.min(some))?;
    let streams = some / ids.len() * ids.len();
    let before = rss();
    let (latencies, after) = signals_to_streams(&server, &ids, streams / ids.len(), &rss)?;
    record.add(peer, "L4 streams", streams as f64, "streams");
    record.add(peer, "L4 commit to watcher p95 (<= 500)", percentile(&latencies, 95.0), "ms");
    record.add(
        peer,
        "L4 RSS per stream (<= 64)",
        (after - before) * 1024.0 / streams as f64,
        "KiB",
    );

    crowd(&server, &asks, "{}", some)?;
    wait_until("the provider is asked by all", || Ok(provider.waiting() >= some))?;
    record.add(peer, "L5 RSS with 1,000 that wait for a provider", rss(), "MiB");

    let probe = Probe::start(&server)?;
    let seconds = crowd(&server, &three, "{\"project\":\"BIG\"}", scale.many)?;
    record.add(peer, "R27 10,000 wanted (<= 20)", seconds, "s");
    record.add(peer, "R27 API p95 meanwhile (<= 200)", probe.p95()?, "ms");
    record.add(peer, "L5 RSS with 10,000 queued as well (<= 1024)", rss(), "MiB");

    // Some of those that hold a place go, and both projects queue for it.
    crowd(&server, &three, "{\"project\":\"LITTLE\"}", 10)?;
    let free = cancel_some(&mut client, 4)?;
    let waited = little_waits(&mut client)?;
    record.add(peer, "R28 places that were freed", free as f64, "places");
    record.add(peer, "R28 10 beside 10,000, p95 of their wait (<= 5)", waited, "s");
    wait_until("everything has run", || {
        let page = client.get("/api/v1/executions?limit=1&status=queued")?;
        Ok(page["items"].as_array().is_some_and(Vec::is_empty))
    })?;
    ensure!(lost(&mut client, scale.many + 10)? == 0, "executions were lost");
    record.add(peer, "R27 lost (0)", 0.0, "executions");
    Ok(())
}

/// Asks for so many executions over many connections; the seconds until all are accepted.
fn crowd(server: &Server, slug: &str, body: &str, count: usize) -> Result<f64> {
    let asked = AtomicUsize::new(0);
    let path = format!("/api/v1/workflows/{slug}/execute");
    let clients = (0..CLIENTS).map(|_| server.connect()).collect::<Result<Vec<Client>>>()?;
    let watch = Stopwatch::start();
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
    })?;
    Ok(watch.elapsed().as_secs_f64())
}

fn watch_many(server: &Server, slug: &str, count: usize) -> Result<Vec<String>> {
    let mut client = server.connect()?;
    let path = format!("/api/v1/workflows/{slug}/execute");
    (0..count)
        .map(|_| {
            let made = client.post(&path, "{}")?;
            made["id"].as_str().map(str::to_owned).context("an execution without an id")
        })
        .collect()
}

/// Opens streams on each execution and signals to them; how late the watchers were, in
/// milliseconds, sorted, and what the memory was meanwhile.
fn signals_to_streams(
    server: &Server,
    ids: &[String],
    each: usize,
    rss: &dyn Fn() -> f64,
) -> Result<(Vec<f64>, f64)> {
    let (late, open) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let after = thread::scope(|scope| -> Result<f64> {
        let mut watchers = Vec::new();
        for id in ids.iter().flat_map(|id| std::iter::repeat_n(id, each)) {
            let (late, open) = (&late, &open);
            let watch = move || -> Result<()> {
                let mut stream = Stream::open(server, id, 0)?;
                open.fetch_add(1, Ordering::Relaxed);
                let (mut mine, mut signals) = (Vec::new(), 0);
                while signals < SIGNALS {
                    let event = stream.next()?.context("a stream ended early")?;
                    if event.name == "signal_received" {
                        signals += 1;
                        let now = (unix_seconds() * 1e3) as i64 % 86_400_000;
                        mine.push((now - event.at_ms).rem_euclid(86_400_000) as f64);
                    }
                }
                late.lock().unwrap_or_else(PoisonError::into_inner).extend(mine);
                Ok(())
            };
            watchers.push(thread::Builder::new().stack_size(STACK).spawn_scoped(scope, watch)?);
        }
        let all = ids.len() * each;
        wait_until("all streams are open", || Ok(open.load(Ordering::Relaxed) == all))?;
        let after = rss();
        let mut client = server.connect()?;
        for _ in 0..SIGNALS {
            for id in ids {
                client.post_unread(
                    &format!("/api/v1/executions/{id}/signals"),
                    "{\"name\":\"go\"}",
                )?;
                thread::sleep(Duration::from_millis(5));
            }
        }
        for watcher in watchers {
            watcher.join().map_err(|_| anyhow!("a watcher panicked"))??;
        }
        Ok(after)
    })?;
    let mut late = late.into_inner().unwrap_or_else(PoisonError::into_inner);
    late.sort_by(f64::total_cmp);
    Ok((late, after))
}

/// Cancels some of those that wait for the provider, so that their places are free.
fn cancel_some(client: &mut Client, count: usize) -> Result<usize> {
    let path = format!("/api/v1/executions?limit={count}&status=running&workflow=asks_a_model");
    let page = client.get(&path)?;
    let items = page["items"].as_array().context("a list without items")?;
    for item in items {
        let id = item["id"].as_str().context("an execution without an id")?;
        client.post_unread(&format!("/api/v1/executions/{id}/cancel"), "{}")?;
    }
    Ok(items.len())
}

/// The 95th percentile of the seconds until those of the little project have all started.
fn little_waits(client: &mut Client) -> Result<f64> {
    let watch = Stopwatch::start();
    loop {
        interrupt::check()?;
        let page = client.get("/api/v1/executions?limit=20&project=LITTLE")?;
        let items = page["items"].as_array().context("a list without items")?;
        let started = items.iter().filter(|item| !item["started_at"].is_null()).count();
        if started * 100 >= items.len() * 95 {
            return Ok(watch.elapsed().as_secs_f64());
        }
        ensure!(watch.elapsed() < PATIENCE, "the little project starves");
        thread::sleep(Duration::from_millis(20));
    }
}

/// How many of so many executions of three steps are not there, or did not complete.
fn lost(client: &mut Client, count: usize) -> Result<usize> {
    let mut completed = 0;
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/executions?limit=200&status=completed{cursor}");
        let page = client.get(&path)?;
        let items = page["items"].as_array().context("a list without items")?;
        completed += items.iter().filter(|item| item["progress"]["total_steps"] == 3).count();
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    Ok(count.saturating_sub(completed))
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
