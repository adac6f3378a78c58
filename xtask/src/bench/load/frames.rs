//! The events in the bytes of a stream, wherever those are cut.

use std::io::BufRead as _;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::bench::load::moment;

/// One stored event.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// When it happened, in milliseconds since 1970; 0 when it does not say.
    pub at_ms: i64,
}

/// Bytes that were received and not yet used.
#[derive(Default)]
struct Rest {
    bytes: Vec<u8>,
    used: usize,
    /// Up to here there is no end of a line.
    searched: usize,
}

impl Rest {
    fn push(&mut self, bytes: &[u8]) {
        self.searched -= self.used.min(self.searched);
        self.bytes.drain(..std::mem::take(&mut self.used));
        self.bytes.extend_from_slice(bytes);
    }

    fn left(&self) -> &[u8] {
        &self.bytes[self.used..]
    }

    /// The next whole line, with its end.
    fn line(&mut self) -> Option<String> {
        let from = self.searched.max(self.used);
        // The standard library searches faster than a loop of ours; bytes cannot fail.
        let found = (&self.bytes[from..]).skip_until(b'\n').unwrap_or_default();
        self.searched = from + found;
        if found == 0 || self.bytes[self.searched - 1] != b'\n' {
            return None;
        }
        let line = String::from_utf8_lossy(&self.bytes[self.used..self.searched]).into_owned();
        self.used = self.searched;
        Some(line)
    }
}

/// Server-sent events in HTTP's chunks.
#[derive(Default)]
pub struct Lines {
    rest: Rest,
    id: Option<u64>,
    name: String,
    is_over: bool,
}

impl Lines {
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.push(bytes);
    }

    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Lines about chunks, signs of life and live pieces are passed by: none of them begins
    /// as a field of a stored event does.
    pub fn take(&mut self) -> Option<Event> {
        while let Some(line) = self.rest.line() {
            let text = line.trim_end_matches(['\r', '\n']);
            if let Some(number) = text.strip_prefix("id: ") {
                self.id = number.parse().ok();
            } else if let Some(name) = text.strip_prefix("event: ") {
                name.clone_into(&mut self.name);
            } else if let Some(data) = text.strip_prefix("data: ") {
                let Some(id) = self.id.take() else { continue };
                let at_ms = moment::of_event(data).unwrap_or_default();
                return Some(Event { id, name: self.name.clone(), at_ms });
            } else if text == "0" {
                self.is_over = true;
            }
        }
        None
    }
}

/// A server's WebSocket messages (RFC 6455), none of them in pieces.
#[derive(Default)]
pub struct Frames {
    rest: Rest,
    is_over: bool,
}

impl Frames {
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.push(bytes);
    }

    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Pings and live pieces are passed by.
    pub fn take(&mut self) -> Result<Option<Event>> {
        while let Some((kind, start, end)) = frame(self.rest.left()) {
            let left = self.rest.left();
            ensure!(left[0] & 0x80 != 0, "a message in pieces");
            let event = if kind == 1 { event(&left[start..end])? } else { None };
            self.is_over |= kind == 8;
            self.rest.used += end;
            if event.is_some() {
                return Ok(event);
            }
        }
        Ok(None)
    }
}

/// The kind of the first whole frame, and where its payload starts and ends.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (kind, length) = (bytes.first()? & 15, usize::from(*bytes.get(1)? & 127));
    let number =
        |bytes: &[u8]| bytes.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    let (start, length): (usize, usize) = match length {
        126 => (4, number(bytes.get(2..4)?)),
        127 => (10, number(bytes.get(2..10)?)),
        short => (2, short),
    };
    let end = start.checked_add(length)?;
    (bytes.len() >= end).then_some((kind, start, end))
}

fn event(payload: &[u8]) -> Result<Option<Event>> {
    let message: Value = serde_json::from_slice(payload).context("a message that is no JSON")?;
    let Some(id) = message["seq"].as_u64() else { return Ok(None) };
    let name = message["kind"].as_str().context("a message without a kind")?.to_owned();
    let at_ms = message["data"]["at"].as_str().and_then(moment::read).unwrap_or_default();
    Ok(Some(Event { id, name, at_ms }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: u64, name: &str) -> Event {
        Event { id, name: name.to_owned(), at_ms: 1000 }
    }

    #[test]
    fn events_are_found_wherever_the_bytes_are_cut() {
        let text = b"2f\r\nid: 7\nevent: step_started\ndata: {\"at\":\"1970-01-01T00:00:01Z\"}\n\n\r\n9\r\n: alive\n\n\r\n20\r\nevent: delta\ndata: {\"text\":\"x\"}\n\n\r\n2f\r\nid: 8\nevent: ended\ndata: {\"at\":\"1970-01-01T00:00:01Z\"}\n\n\r\n0\r\n\r\n";
        for size in 1..text.len() {
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for bytes in text.chunks(size) {
                lines.push(bytes);
                while let Some(event) = lines.take() {
                    found.push(event);
                }
            }
            assert_eq!(found, [event(7, "step_started"), event(8, "ended")], "in {size}");
            assert!(lines.is_over());
        }
    }

    #[test]
    fn messages_are_found_wherever_the_bytes_are_cut() {
        let mut bytes = vec![0x89, 0, 0x81, 13];
        bytes.extend_from_slice(b"{\"seq\": null}");
        for (id, name) in [(7, "short"), (8, "long")] {
            let fill = "x".repeat(if name == "long" { 70_000 } else { 100 });
            let text = format!(
                "{{\"seq\":{id},\"kind\":\"{name}\",\"data\":{{\"at\":\"1970-01-01T00:00:01Z\",\"fill\":\"{fill}\"}}}}"
            );
            let length = text.len();
            if length < 65_536 {
                bytes.extend_from_slice(&[0x81, 126, (length >> 8) as u8, length as u8]);
            } else {
                bytes.extend_from_slice(&[0x81, 127]);
                bytes.extend_from_slice(&(length as u64).to_be_bytes());
            }
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(&[0x88, 0]);
        for size in [1, 3, 1000, 65_536] {
            let (mut frames, mut found) = (Frames::default(), Vec::new());
            for bytes in bytes.chunks(size) {
                frames.push(bytes);
                while let Some(event) = frames.take().expect("whole messages") {
                    found.push(event);
                }
            }
            assert_eq!(found, [event(7, "short"), event(8, "long")], "in {size}");
            assert!(frames.is_over());
        }
    }
}
