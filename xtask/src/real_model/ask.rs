//! A client of the doors that reads every byte itself, so that nothing is forgiven.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use super::event::{Event, parse};
use crate::wire;

/// The longest silence of a small model on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// A client with its key.
pub struct Client {
    address: SocketAddr,
    key: String,
}

impl Client {
    /// A client of the server at this address.
    pub fn new(address: SocketAddr, key: &str) -> Self {
        Self { address, key: key.to_owned() }
    }

    /// The answer in one piece.
    pub fn whole(&self, path: &str, body: &Json) -> Result<Json> {
        let text = self.send(path, body)?;
        serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))
    }

    /// The answer as events.
    pub fn events(&self, path: &str, body: &Json) -> Result<Vec<Event>> {
        let mut body = body.clone();
        body["stream"] = Json::Bool(true);
        parse(&self.send(path, &body)?)
    }

    fn send(&self, path: &str, body: &Json) -> Result<String> {
        let body = body.to_string();
        // the cache would answer in place of the model
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nx-cache: bypass\r\nanthropic-version: 2023-06-01\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            self.key,
            body.len()
        );
        let (status, answer) = wire::ask(self.address, &request, PATIENCE)?;
        let answer = String::from_utf8(answer).context("no UTF-8")?;
        ensure!(status == 200, "status {status}: {answer}");
        Ok(answer)
    }
}
