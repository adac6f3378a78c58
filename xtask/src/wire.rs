//! As much HTTP/1.1 as measurements and tests need: both sides know each other.

use std::io::{self, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

/// Sends one request on a connection of its own and gives the status and the body of the
/// answer; `patience` is the longest silence.
pub fn ask(address: SocketAddr, request: &str, patience: Duration) -> Result<(u16, Vec<u8>)> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    let mut writer = stream.try_clone()?;
    writer.write_all(request.as_bytes())?;
    let mut reader = Reader::new(stream);
    let head = reader.head()?.context("the server closed the connection")?;
    Ok((head.status, reader.body(head, || {})?))
}

/// Reads messages from a connection.
pub struct Reader {
    stream: TcpStream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

/// A message's head.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// The status of an answer; 0 for a request.
    pub status: u16,
    /// How long the body is; `None` when it comes in chunks.
    length: Option<usize>,
}

impl Reader {
    /// A reader of this connection.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: vec![0; 256 * 1024], start: 0, end: 0 }
    }

    /// The next head; `None` when the other side is done.
    pub fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            let have = &self.buffer[self.start..self.end];
            if let Some(length) = find(have, b"\r\n\r\n") {
                let head = parse(&have[..length]);
                self.start += length + 4;
                return Ok(Some(head));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Reads the body; `each` hears every piece that arrives, and the body is given whole.
    pub fn body(&mut self, head: Head, mut each: impl FnMut()) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        let Some(mut left) = head.length else { return self.chunks(each) };
        while left > 0 {
            if self.start == self.end && !self.fill()? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            each();
            let take = left.min(self.end - self.start);
            body.extend_from_slice(&self.buffer[self.start..self.start + take]);
            self.start += take;
            left -= take;
        }
        Ok(body)
    }

    fn chunks(&mut self, mut each: impl FnMut()) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
            let size = std::str::from_utf8(size)
                .ok()
                .and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
            let size = size.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            while self.end - self.start < size + 2 {
                if !self.fill()? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            if size == 0 {
                self.start += 2;
                return Ok(body);
            }
            each();
            body.extend_from_slice(&self.buffer[self.start..self.start + size]);
            self.start += size + 2;
        }
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let have = &self.buffer[self.start..self.end];
            if let Some(length) = find(have, b"\r\n") {
                let line = have[..length].to_vec();
                self.start += length + 2;
                return Ok(line);
            }
            if !self.fill()? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = self.stream.read(&mut self.buffer[self.end..])?;
        self.end += read;
        Ok(read > 0)
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn parse(head: &[u8]) -> Head {
    let mut parsed = Head { status: 0, length: Some(0) };
    for (index, line) in head.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if index == 0 {
            let status = line.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
            let status = status.and_then(|digits| std::str::from_utf8(digits).ok());
            parsed.status = status.and_then(|digits| digits.parse().ok()).unwrap_or(0);
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            parsed.length = length.or(parsed.length);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            parsed.length = None;
        }
    }
    parsed
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::net::TcpListener;

    use super::*;

    #[test]
    fn reads_lengths_and_chunks_one_after_the_other() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\
            HTTP/1.1 429 No\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\
            POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}";
        sender.write_all(text.as_bytes()).unwrap();
        drop(sender);
        let mut reader = Reader::new(listener.accept().unwrap().0);
        for (status, body, pieces) in [(200, "hello", 1), (429, "abcde", 2), (0, "{}", 1)] {
            let head = reader.head().unwrap().unwrap();
            let mut heard = 0;
            let read = reader.body(head, || heard += 1).unwrap();
            assert_eq!((head.status, read.as_slice(), heard), (status, body.as_bytes(), pieces));
        }
        assert!(reader.head().unwrap().is_none());
    }
}
