//! The endpoint that a slow step of W5 asks: it writes down that the step began, waits, and
//! writes down that it ended, both durable. It stands for a step's own work, so it gives up
//! without a word when its caller dies.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bench::engine::crash::{Line, Phase};
use crate::bench::engine::workload::CRASH_STEP_MS;
use crate::stopwatch::{Stopwatch, unix_seconds};

/// How often a waiting step looks whether its caller lives.
const LOOK: Duration = Duration::from_millis(5);

/// A listening endpoint; it ends with the program.
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddr,
}

struct Log(Mutex<File>);

impl Endpoint {
    /// Listen, and write to this log.
    pub fn start(log: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr().context("a listener has no address")?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .context("cannot write the log of steps")?;
        let log = Arc::new(Log(Mutex::new(file)));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = log.clone();
                // A caller that dies is what is being measured.
                thread::spawn(move || drop(serve(stream, &log)));
            }
        });
        Ok(Self { address })
    }
}

impl Log {
    /// Writes a line, unless the caller has died while others wrote theirs.
    fn write(&self, run: &str, step: usize, phase: Phase, caller: &TcpStream) -> Result<bool> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if has_left(caller)? {
            return Ok(false);
        }
        let line = Line { run: run.to_owned(), step, phase, at: unix_seconds() };
        file.write_all(line.to_string().as_bytes())?;
        file.sync_data()?;
        Ok(true)
    }
}

/// Whether nobody waits for the answer any more.
fn has_left(caller: &TcpStream) -> Result<bool> {
    caller.set_nonblocking(true)?;
    let seen = caller.peek(&mut [0]);
    caller.set_nonblocking(false)?;
    Ok(match seen {
        Ok(bytes) => bytes == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    })
}

/// Answers requests until the caller leaves.
fn serve(stream: TcpStream, log: &Log) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let path = first.split(' ').nth(1).context("no path in a request")?;
        let mut parts = path.trim_start_matches('/').split('/');
        let run = parts.next().unwrap_or_default().to_owned();
        let step =
            parts.next().and_then(|step| step.parse().ok()).context("no step in a request")?;
        let is_there = log.write(&run, step, Phase::Start, &stream)?
            && work(&stream)?
            && log.write(&run, step, Phase::End, &stream)?;
        if !is_there {
            return Ok(());
        }
        let answer = format!("{{\"ok\":true,\"i\":{step}}}");
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}",
            answer.len()
        )?;
    }
}

/// Takes its time; whether the caller was there to its end.
fn work(stream: &TcpStream) -> Result<bool> {
    let watch = Stopwatch::start();
    let mut byte = [0];
    loop {
        let rest = Duration::from_millis(CRASH_STEP_MS).saturating_sub(watch.elapsed());
        if rest.is_zero() {
            stream.set_read_timeout(None)?;
            return Ok(true);
        }
        stream.set_read_timeout(Some(rest.min(LOOK)))?;
        match stream.peek(&mut byte) {
            Ok(0) => return Ok(false),
            Ok(_) => thread::sleep(rest.min(LOOK)),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return Ok(false),
        }
    }
}
