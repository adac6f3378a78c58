//! Somebody who watches an execution: reads its server-sent events and what they say.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::bench::engine::server::Server;

/// One stored event.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// When it happened: milliseconds since midnight, UTC.
    pub at_ms: i64,
}

/// An open stream.
pub struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Watches an execution from after an event on.
    pub fn open(server: &Server, execution: &str, after: u64) -> Result<Self> {
        let mut stream = TcpStream::connect(server.address).context("cannot connect")?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        write!(
            stream,
            "GET /api/v1/executions/{execution}/events HTTP/1.1\r\nHost: {}\r\nX-API-Key: {}\r\nLast-Event-ID: {after}\r\n\r\n",
            server.address, server.key
        )?;
        let mut reader = BufReader::with_capacity(1024, stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if !line.contains(" 200 ") {
            bail!("the stream was answered {line:?}");
        }
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                bail!("the stream ended in its headers");
            }
        }
        Ok(Self(reader))
    }

    /// The next stored event; nothing when the stream is over. Lines about chunks, signs of
    /// life and live pieces are passed by: none of them begins as a field of an event does.
    pub fn next(&mut self) -> Result<Option<Event>> {
        let (mut id, mut name) = (None, String::new());
        let mut line = String::new();
        loop {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            let text = line.trim_end();
            if let Some(number) = text.strip_prefix("id: ") {
                id = number.parse().ok();
            } else if let Some(text) = text.strip_prefix("event: ") {
                text.clone_into(&mut name);
            } else if let Some(data) = text.strip_prefix("data: ") {
                let Some(id) = id.take() else { continue };
                return Ok(Some(Event { id, name, at_ms: at_ms(data).unwrap_or_default() }));
            } else if text == "0" {
                return Ok(None);
            }
        }
    }
}

/// The time of day in an event's data, from its field `at`.
pub fn at_ms(data: &str) -> Option<i64> {
    let at = data.rsplit_once("\"at\":\"")?.1;
    let (_, clock) = at.get(..at.find('"')?)?.trim_end_matches('Z').split_once('T')?;
    let (time, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut seconds = 0;
    for part in time.split(':') {
        seconds = seconds * 60 + part.parse::<i64>().ok()?;
    }
    let millis: String = format!("{fraction:0<3}").chars().take(3).collect();
    Some(seconds * 1000 + millis.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::at_ms;

    #[test]
    fn the_time_of_day_is_read() {
        assert_eq!(at_ms("{\"x\":1,\"at\":\"2026-01-02T01:02:03.045Z\"}"), Some(3_723_045));
        assert_eq!(at_ms("{\"at\":\"2026-01-02T00:00:01Z\",\"x\":1}"), Some(1000));
        assert_eq!(at_ms("{}"), None);
    }
}
