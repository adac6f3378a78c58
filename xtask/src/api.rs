//! Asking the server's API, for setting up what a test or a measurement needs.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

use crate::wire;

/// The longest answer: a platform is set up only after its model said something.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server's API, with an administrator's key.
pub struct Api {
    address: SocketAddr,
    key: String,
}

impl Api {
    /// The API of the server at this address, with the key that it left in its data folder.
    pub fn of(address: SocketAddr, data: &Path) -> Result<Self> {
        let file = data.join("cli.key");
        let key = fs::read_to_string(&file)
            .with_context(|| format!("the server left no key in {}", file.display()))?;
        Ok(Self { address, key: key.trim().to_owned() })
    }

    /// Send a body; anything but a success is an error.
    pub fn send(&self, method: &str, path: &str, body: &Json) -> Result<Json> {
        let body = body.to_string();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            self.key,
            body.len()
        );
        let (status, answer) = wire::ask(self.address, &request, PATIENCE)?;
        if !(200..300).contains(&status) {
            bail!("{method} {path} answers {status}: {}", String::from_utf8_lossy(&answer));
        }
        serde_json::from_slice(&answer).context("the server did not answer in JSON")
    }
}
