//! What steps call: an endpoint that takes its time, and counts how many are inside at once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// Small, because there are as many threads as connections.
const STACK: usize = 128 * 1024;

#[derive(Default)]
struct Counts {
    inside: AtomicUsize,
    most: AtomicUsize,
    done: AtomicUsize,
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
        let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr().context("a listener has no address")?;
        let counts = Arc::new(Counts::default());
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

/// Answers requests until the caller leaves.
fn serve(stream: &TcpStream, takes: Duration, counts: &Counts) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(2048, stream);
    let mut writer = stream;
    while read_request(&mut reader)? {
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

/// Reads a whole request; `false` when the caller has left.
pub fn read_request(reader: &mut impl BufRead) -> Result<bool> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(false);
    }
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
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::read_request;

    #[test]
    fn requests_are_read_with_their_bodies() {
        let mut two = &b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n"[..];
        assert!(read_request(&mut two).expect("the first"));
        assert!(read_request(&mut two).expect("the second"));
        assert!(!read_request(&mut two).expect("no third"));
    }
}
