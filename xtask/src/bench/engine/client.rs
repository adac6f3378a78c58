//! The smallest HTTP client that keeps a connection: the load generator shares the machine
//! with what it measures, so it must cost little.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// One connection.
pub struct Client {
    address: SocketAddr,
    key: String,
    stream: BufReader<TcpStream>,
    out: Vec<u8>,
    was_told_when_to_retry: bool,
}

impl Client {
    /// Connect to a server; `key` goes with each request.
    pub fn connect(address: SocketAddr, key: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).context("cannot connect to the server")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Self {
            address,
            key: key.to_owned(),
            stream: BufReader::new(stream),
            out: Vec::new(),
            was_told_when_to_retry: false,
        })
    }

    /// Get a document.
    pub fn get(&mut self, path: &str) -> Result<Value> {
        self.ask("GET", path, "")
    }

    /// Post a document and get the answer's.
    pub fn post(&mut self, path: &str, body: &str) -> Result<Value> {
        self.ask("POST", path, body)
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Value> {
        let bytes = self.send(method, path, body)?;
        serde_json::from_slice(&bytes)
            .with_context(|| format!("{method} {path} is not answered in JSON"))
    }

    /// Post a document whose answer does not matter beyond its status.
    pub fn post_unread(&mut self, path: &str, body: &str) -> Result<()> {
        self.send("POST", path, body).map(drop)
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
        let (status, bytes) = self.status(method, path, "", body)?;
        if !(200..300).contains(&status) {
            bail!("{method} {path} was answered {status}: {}", String::from_utf8_lossy(&bytes));
        }
        Ok(bytes)
    }

    /// Send a request with more headers, each a line with its end; whatever its status.
    pub fn status(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<(u16, Vec<u8>)> {
        self.write(method, path, headers, body)?;
        self.read()
    }

    /// Send a request without waiting for its answer; [`Client::read`] gets that, of the
    /// oldest request first.
    pub fn write(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<()> {
        self.out.clear();
        write!(
            self.out,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-API-Key: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            self.address,
            self.key,
            body.len()
        )?;
        self.stream.get_mut().write_all(&self.out).context("the server has gone")
    }

    /// The status and the body of an answer.
    pub fn read(&mut self) -> Result<(u16, Vec<u8>)> {
        let answer = read_answer(&mut self.stream)?;
        self.was_told_when_to_retry = answer.has_retry_after;
        Ok((answer.status, answer.body))
    }

    /// The same connection for another thread, so that one writes and the other reads.
    pub fn twin(&self) -> Result<Self> {
        let stream = self.stream.get_ref().try_clone().context("a connection has no twin")?;
        Ok(Self {
            address: self.address,
            key: self.key.clone(),
            stream: BufReader::new(stream),
            out: Vec::new(),
            was_told_when_to_retry: false,
        })
    }

    /// End the connection, for its twins too, which no longer wait.
    pub fn close(&self) {
        // It may be gone already.
        let _ = self.stream.get_ref().shutdown(Shutdown::Both);
    }

    /// Whether the last answer had a `Retry-After`.
    pub fn was_told_when_to_retry(&self) -> bool {
        self.was_told_when_to_retry
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    has_retry_after: bool,
    body: Vec<u8>,
}

fn read_answer(stream: &mut impl BufRead) -> Result<Answer> {
    let mut line = String::new();
    stream.read_line(&mut line).context("the server has gone")?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.with_context(|| format!("no HTTP status in {line:?}"))?;
    let (mut length, mut is_chunked, mut has_retry_after) = (0, false, false);
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().context("a length that is no number")?;
        }
        is_chunked |= name.eq_ignore_ascii_case("transfer-encoding");
        has_retry_after |= name.eq_ignore_ascii_case("retry-after");
    }
    let mut body = Vec::new();
    if !is_chunked {
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
        return Ok(Answer { status, has_retry_after, body });
    }
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).context("a chunk without a size")?;
        let start = body.len();
        body.resize(start + size, 0);
        stream.read_exact(&mut body[start..])?;
        line.clear();
        stream.read_line(&mut line)?;
        if size == 0 {
            return Ok(Answer { status, has_retry_after, body });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, read_answer};

    #[test]
    fn answers_are_read_to_their_end() {
        let check = |answer: &str, status: u16, body: &str| {
            let mut stream = answer.as_bytes();
            let found = read_answer(&mut stream).expect("an answer");
            let (has_retry_after, body) = (status == 503, body.as_bytes().to_vec());
            assert_eq!(found, Answer { status, has_retry_after, body });
            assert_eq!(stream, b"next");
        };
        check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}next", 200, "{}");
        check("HTTP/1.1 204 No Content\r\n\r\nnext", 204, "");
        check("HTTP/1.1 503 No\r\nRetry-After: 2\r\n\r\nnext", 503, "");
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\nnext";
        check(chunked, 200, "abcd");
    }
}
