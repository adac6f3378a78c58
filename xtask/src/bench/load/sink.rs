//! What steps call: an endpoint that takes its time, counts how many are inside at once, and
//! notes when each came.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::stopwatch::Stopwatch;

/// Small, because there are as many threads as connections.
const STACK: usize = 128 * 1024;
/// How many may knock at once: a server opens a thousand connections in a moment, and Rust's
/// own listener would let 128 of them in and have the others try again later.
const KNOCKING: i32 = 4096;

struct Counts {
    clock: Stopwatch,
    inside: AtomicUsize,
    most: AtomicUsize,
    done: AtomicUsize,
    arrivals: Mutex<Vec<(String, Duration)>>,
}

/// A listening endpoint; it ends with the program.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    counts: Arc<Counts>,
}

impl Sink {
    /// Listen; each call takes this long.
    pub fn start(takes: Duration) -> Result<Self> {
        Self::start_by(&Stopwatch::start(), takes)
    }

    /// The same, with arrivals by this clock.
    pub fn start_by(clock: &Stopwatch, takes: Duration) -> Result<Self> {
        let listener = listen()?;
        let address = listener.local_addr().context("a listener has no address")?;
        let counts = Arc::new(Counts {
            clock: clock.clone(),
            inside: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            arrivals: Mutex::default(),
        });
        let shared = counts.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counts = shared.clone();
                let serve = move || drop(serve(&stream, takes, &counts));
                // A connection that gets no thread is closed, and its caller sees that.
                drop(thread::Builder::new().stack_size(STACK).spawn(serve));
            }
        });
        Ok(Self { address, counts })
    }

    /// When each call came since the last time this was asked, with its path.
    pub fn arrivals(&self) -> Vec<(String, Duration)> {
        std::mem::take(&mut *lock(&self.counts))
    }

    /// How many calls were inside at once at most.
    pub fn most(&self) -> usize {
        self.counts.most.load(Ordering::Relaxed)
    }

    /// How many are inside now.
    pub fn inside(&self) -> usize {
        self.counts.inside.load(Ordering::Relaxed)
    }

    /// How many calls were answered.
    pub fn done(&self) -> usize {
        self.counts.done.load(Ordering::Relaxed)
    }
}

/// Listens on a free port of this machine, for very many at once.
pub fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on 127.0.0.1")?;
    // Said again, the kernel takes the greater number.
    rustix::net::listen(&listener, KNOCKING).context("cannot listen for so many")?;
    Ok(listener)
}

fn lock(counts: &Counts) -> std::sync::MutexGuard<'_, Vec<(String, Duration)>> {
    counts.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers requests until the caller leaves.
fn serve(stream: &TcpStream, takes: Duration, counts: &Counts) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(2048, stream);
    let mut writer = stream;
    while let Some(path) = read_request(&mut reader)? {
        lock(counts).push((path, counts.clock.elapsed()));
        let inside = counts.inside.fetch_add(1, Ordering::Relaxed) + 1;
        counts.most.fetch_max(inside, Ordering::Relaxed);
        thread::sleep(takes);
        counts.inside.fetch_sub(1, Ordering::Relaxed);
        counts.done.fetch_add(1, Ordering::Relaxed);
        writer.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}",
        )?;
    }
    Ok(())
}

/// Reads a whole request and tells its path; nothing when the caller has left.
pub fn read_request(reader: &mut impl BufRead) -> Result<Option<String>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    Ok(Some(path))
}

#[cfg(test)]
mod tests {
    use super::read_request;

    #[test]
    fn requests_are_read_with_their_bodies() {
        let mut two =
            &b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n"[..];
        for path in [Some("/a"), Some("/b"), None] {
            assert_eq!(read_request(&mut two).expect("a request").as_deref(), path);
        }
    }
}
