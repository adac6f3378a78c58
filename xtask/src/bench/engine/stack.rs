//! The programs that make up another engine while it is measured.

use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::engine::memory;
use crate::services::{Service, Start, Stop};

/// When a program counts as started.
pub enum Ready {
    /// It has printed `READY`.
    Says,
    /// It listens on this port.
    Listens(u16),
}

/// A program to start.
pub struct Piece {
    /// What it is called in messages.
    pub name: &'static str,
    /// The program with its arguments.
    pub command: Command,
    /// When it counts as started.
    pub ready: Ready,
    /// Arguments for `setpriv` that make it another user.
    pub privileges: Vec<String>,
}

/// Running programs; dropping it stops them.
pub struct Stack(Vec<Service>);

impl Stack {
    /// Start them one after the other, each when the one before it is ready.
    pub fn start(pieces: &[Piece], folder: &Path) -> Result<Self> {
        let mut services = Vec::new();
        for piece in pieces {
            let mut service = Service::start(&Start {
                name: piece.name,
                command: &piece.command,
                folder,
                stop: Stop::Terminate,
                privileges: &piece.privileges,
            })?;
            service.wait_until(|printed| {
                let is_ready = match piece.ready {
                    Ready::Says => printed.contains("READY"),
                    Ready::Listens(port) => TcpStream::connect(("127.0.0.1", port)).is_ok(),
                };
                is_ready.then_some(())
            })?;
            services.push(service);
        }
        Ok(Self(services))
    }

    /// Their first processes.
    pub fn processes(&self) -> Vec<u32> {
        self.0.iter().map(Service::pid).collect()
    }

    /// `kill -9` to all their processes.
    pub fn kill(self) {
        for root in self.processes() {
            for pid in memory::tree(root) {
                let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
                if let Some(pid) = pid {
                    // It may have ended by itself.
                    let _ = kill_process(pid, Signal::KILL);
                }
            }
        }
    }
}
