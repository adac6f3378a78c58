//! R36: the streams of executions that go on are cut a thousand times, in either form and at
//! any byte, and continued each time; and readers that do not read, and what they cost.

use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::net::{AddressFamily, SocketType, connect, socket, sockopt};
use serde_json::json;

use crate::bench::engine::memory;
use crate::bench::engine::ours::save;
use crate::bench::engine::server::{Server, Setup};
use crate::bench::load::Scale;
use crate::bench::load::ask::wait_until;
use crate::bench::load::history::{LONG, last_event};
use crate::bench::load::listing::is_quiet;
use crate::bench::load::score::{Bar, Score};
use crate::bench::load::stream::{Form, Stream};
use crate::interrupt;
use crate::stopwatch::Stopwatch;

/// Bytes that are read before a cut, at most.
const BYTES: u64 = 4096;
/// Readers that do not read.
const SLOW: usize = 16;
/// Facts that they do not read, and how long each is: more than the kernel keeps for them.
const FACTS: usize = 112;
const FACT: usize = 64 * 1024;
/// What the kernel keeps for one of them on its side, in bytes.
const KEPT: usize = 32 * 1024;

const LARGE: &str = "name: Large
inputs: { text: { type: string, required: true }, items: { type: list, required: true } }
steps:
  - id: say
    strategy: { matrix: { i: '${{ inputs.items }}' }, max-parallel: 4 }
    tool: set
    with: { text: '${{ inputs.text }}' }
outputs: { done: true }
";

/// Measure it.
pub fn measure(setup: &Setup<'_>, scale: Scale, score: &mut Score) -> Result<()> {
    let peer = setup.database.peer();
    let server = Server::start(setup, 100, "")?;
    println!("seed {}", scale.seed);
    let long = save(&mut server.connect()?, LONG)?;
    for (form, cut, live, wrong) in [
        (
            Form::Events,
            "R36 cuts of server-sent events",
            "R36 cuts of them while it ran",
            "R36 lost, doubled or misplaced there",
        ),
        (
            Form::Socket,
            "R36 cuts of a WebSocket",
            "R36 cuts of it while it ran",
            "R36 lost, doubled or misplaced there too",
        ),
    ] {
        let told = cuts(&server, &long, form, scale)?;
        score.hold(peer, cut, told.cuts as f64, "cuts", Bar::AtLeast(scale.some as f64));
        score.add(peer, live, told.live as f64, "cuts");
        score.hold(peer, wrong, told.wrong as f64, "events", Bar::AtMost(0.0));
    }
    slow(&server, peer, score)
}

/// What came of the cuts of one execution's stream.
struct Told {
    cuts: usize,
    /// How many of them came before the execution's end was stored.
    live: usize,
    /// Events that did not come right after the one before, and those that never came.
    wrong: u64,
}

fn cuts(server: &Server, slug: &str, form: Form, scale: Scale) -> Result<Told> {
    let mut client = server.connect()?;
    let mut random = Random(scale.seed);
    // Each of three steps tells about two facts for each of them.
    let items: Vec<usize> = (0..scale.some * 2).collect();
    let body = json!({ "inputs": { "items": items } }).to_string();
    let made = client.post(&format!("/api/v1/workflows/{slug}/execute"), &body)?;
    let id = made["id"].as_str().context("an execution without an id")?.to_owned();
    let mut told = Told { cuts: 0, live: 0, wrong: 0 };
    let (mut seen, mut is_running, mut is_ended) = (0, true, false);
    while !is_ended {
        interrupt::check()?;
        let mut stream = Stream::open(server, &id, seen, form)?;
        let mut left =
            if told.cuts < scale.some { random.below(BYTES) as usize } else { usize::MAX };
        while left > 0 && !is_ended {
            let count = stream.receive(left)?.unwrap_or_default();
            left -= count;
            while let Some(event) = stream.take()? {
                told.wrong += u64::from(event.id != seen + 1);
                seen = event.id;
                is_ended = event.name == "execution_completed";
            }
            ensure!(count > 0 || is_ended, "the stream ended after event {seen}");
        }
        if !is_ended {
            told.cuts += 1;
            is_running = is_running && !is_quiet(&mut client, "")?;
            told.live += usize::from(is_running);
        }
    }
    told.wrong += last_event(&mut client, &id)?.abs_diff(seen);
    Ok(told)
}

/// People who open a stream and do not read it: what each costs the server, and that it
/// tells them everything when they read at last.
fn slow(server: &Server, peer: &'static str, score: &mut Score) -> Result<()> {
    let mut client = server.connect()?;
    let slug = save(&mut client, LARGE)?;
    let items: Vec<usize> = (0..FACTS).collect();
    let body = json!({ "inputs": { "text": "x".repeat(FACT), "items": items } }).to_string();
    let made = client.post(&format!("/api/v1/workflows/{slug}/execute"), &body)?;
    let id = made["id"].as_str().context("an execution without an id")?.to_owned();
    wait_until("everything has run", || is_quiet(&mut client, ""))?;
    let last = last_event(&mut client, &id)?;
    let rss = || memory::resident_mib(&server.processes()[..1]);
    // Some that read show what reading takes, so that it does not count for the others.
    for _ in 0..SLOW / 2 {
        let mut reader = Stream::open(server, &id, 0, Form::Events)?;
        ensure!(read_all(&mut reader)? == last, "facts lack");
    }
    let before = rss();
    let open = |number: usize| {
        let form = if number.is_multiple_of(2) { Form::Events } else { Form::Socket };
        Stream::open_on(small_connection(server)?, server, &id, 0, form)
    };
    let mut streams = (0..SLOW).map(open).collect::<Result<Vec<Stream>>>()?;
    // Until the server has given the kernel what that takes; then it holds what it holds.
    let (watch, mut most) = (Stopwatch::start(), before);
    while watch.elapsed() < Duration::from_secs(5) {
        interrupt::check()?;
        most = rss().max(most);
        thread::sleep(Duration::from_millis(50));
    }
    let each = |rss: f64| (rss - before) * 1024.0 / SLOW as f64;
    let held = each(rss());
    score.hold(peer, "R36 RSS per reader that does not read", held, "KiB", Bar::AtMost(1024.0));
    score.add(peer, "R36 RSS per such reader at most", each(most), "KiB");
    let mut wrong = 0;
    for stream in &mut streams {
        wrong += last.abs_diff(read_all(stream)?);
    }
    score.hold(peer, "R36 lost to who read late", wrong as f64, "events", Bar::AtMost(0.0));
    Ok(())
}

/// Reads on to the end; the last event, when all came in order.
fn read_all(stream: &mut Stream) -> Result<u64> {
    let mut seen = 0;
    loop {
        interrupt::check()?;
        let count = stream.receive(usize::MAX)?.unwrap_or_default();
        while let Some(event) = stream.take()? {
            ensure!(event.id == seen + 1, "event {} came after {seen}", event.id);
            seen = event.id;
        }
        if stream.is_over() || count == 0 {
            return Ok(seen);
        }
    }
}

/// A connection on whose side the kernel keeps little.
fn small_connection(server: &Server) -> Result<TcpStream> {
    let connection: OwnedFd = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    sockopt::set_socket_recv_buffer_size(&connection, KEPT)?;
    connect(&connection, &server.address).context("cannot connect")?;
    Ok(connection.into())
}

/// Splitmix64: repeatable, and good enough to cut by.
struct Random(u64);

impl Random {
    /// A number below another one.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
