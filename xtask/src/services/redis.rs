//! Redis for tests: memory only, since it never holds the truth.

use std::net::TcpStream;
use std::process::Command;

use anyhow::Result;

use crate::services::{Folder, Service, Start, Stop, free_port};

/// A running Redis server and its address.
pub struct Redis {
    _service: Service,
    /// `redis://…`
    pub url: String,
}

/// Start a server that writes nothing to disk.
pub fn start(folder: &Folder) -> Result<Redis> {
    let port = free_port()?;
    let mut redis = Command::new("redis-server");
    redis
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
        .arg("--dir")
        .arg(folder.inside("redis")?);
    let mut service = Service::start(&Start {
        name: "redis",
        command: &redis,
        folder: folder.path(),
        stop: Stop::Terminate,
        privileges: &[],
    })?;
    service.wait_until(|_| TcpStream::connect(("127.0.0.1", port)).ok())?;
    Ok(Redis { _service: service, url: format!("redis://127.0.0.1:{port}") })
}
