//! Somebody who watches an execution, by server-sent events or over a WebSocket: reads what
//! comes and finds the stored events in it. [`super::watchers`] reads a thousand of them.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::bench::engine::server::Server;
use crate::bench::load::frames::{Event, Frames, Lines};

/// How a stream is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Server-sent events, continued with `Last-Event-ID`.
    Events,
    /// A WebSocket, continued with `?after=`.
    Socket,
}

/// What finds the events in the bytes.
enum Parser {
    Events(Lines),
    Socket(Frames),
}

/// An open stream.
pub struct Stream {
    tcp: TcpStream,
    parser: Parser,
}

impl Stream {
    /// Watches an execution from after an event on.
    pub fn open(server: &Server, execution: &str, after: u64, form: Form) -> Result<Self> {
        let tcp = TcpStream::connect(server.address).context("cannot connect")?;
        Self::open_on(tcp, server, execution, after, form)
    }

    /// The same over a connection that is there.
    pub fn open_on(
        mut tcp: TcpStream,
        server: &Server,
        execution: &str,
        after: u64,
        form: Form,
    ) -> Result<Self> {
        tcp.set_read_timeout(Some(Duration::from_secs(60)))?;
        let path = format!("/api/v1/executions/{execution}");
        let (line, status, parser) = match form {
            Form::Events => (
                format!("GET {path}/events HTTP/1.1\r\nLast-Event-ID: {after}"),
                " 200 ",
                Parser::Events(Lines::default()),
            ),
            Form::Socket => (
                format!(
                    "GET {path}/socket?after={after} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
                ),
                " 101 ",
                Parser::Socket(Frames::default()),
            ),
        };
        let (host, key) = (server.address, &server.key);
        let request = format!("{line}\r\nHost: {host}\r\nX-API-Key: {key}\r\n\r\n");
        tcp.write_all(request.as_bytes())?;
        // A byte at a time: what comes after the headers belongs to the parser.
        let mut head = Vec::with_capacity(512);
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            ensure!(tcp.read(&mut byte)? == 1 && head.len() < 16_384, "no end of the headers");
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head);
        let first = head.lines().next().unwrap_or_default();
        if !first.contains(status) {
            bail!("the stream was answered {first:?}");
        }
        Ok(Self { tcp, parser })
    }

    /// Reads what is there, at most so many bytes; how many came. None when nothing is there
    /// and the stream does not wait; 0 when it is over.
    pub fn receive(&mut self, most: usize) -> Result<Option<usize>> {
        let mut bytes = [0; 16_384];
        let most = most.min(bytes.len());
        let count = loop {
            match self.tcp.read(&mut bytes[..most]) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error).context("a stream broke"),
            }
        };
        match &mut self.parser {
            Parser::Events(lines) => lines.push(&bytes[..count]),
            Parser::Socket(frames) => frames.push(&bytes[..count]),
        }
        Ok(Some(count))
    }

    /// The next stored event of what has come; signs of life and live pieces are passed by.
    pub fn take(&mut self) -> Result<Option<Event>> {
        match &mut self.parser {
            Parser::Events(lines) => Ok(lines.take()),
            Parser::Socket(frames) => frames.take(),
        }
    }

    /// Whether everything has been sent.
    pub fn is_over(&self) -> bool {
        match &self.parser {
            Parser::Events(lines) => lines.is_over(),
            Parser::Socket(frames) => frames.is_over(),
        }
    }

    /// From now on reading does not wait.
    pub fn do_not_wait(&self) -> Result<()> {
        self.tcp.set_nonblocking(true).context("a connection cannot be made not to wait")
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.tcp.as_fd()
    }
}
