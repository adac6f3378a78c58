//! One server process beside us.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Signal, kill_process, kill_process_group};

use crate::stopwatch::Stopwatch;
use crate::{interrupt, process};

const READY_WITHIN: Duration = Duration::from_mins(1);
const STOPS_WITHIN: Duration = Duration::from_secs(15);
/// Lines of a server's log that are shown when it fails.
const SHOWN_LINES: usize = 40;

/// The signal that a server ends on in good order.
#[derive(Clone, Copy)]
pub enum Stop {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Stop {
    fn signal(self) -> Signal {
        match self {
            Self::Interrupt => Signal::INT,
            Self::Terminate => Signal::TERM,
        }
    }

    /// As `setpriv` calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Terminate => "TERM",
        }
    }
}

/// A running server; dropping it stops it and waits for its end.
pub struct Service {
    name: &'static str,
    child: Child,
    stop: Stop,
    log: PathBuf,
}

/// How to start a server.
pub struct Start<'a> {
    /// What it is called in messages; its output goes to `<name>.log`.
    pub name: &'static str,
    /// The program with its arguments.
    pub command: &'a Command,
    /// Where the log is written.
    pub folder: &'a Path,
    /// How it is asked to end; the kernel does the same when we die.
    pub stop: Stop,
    /// Arguments for `setpriv` that make it another user.
    pub privileges: &'a [String],
}

impl Service {
    /// Start a server.
    pub fn start(start: &Start<'_>) -> Result<Self> {
        let Start { name, command, folder, stop, .. } = *start;
        let log = folder.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = bound_to_us(start)
            .stdin(Stdio::null())
            .stdout(file.try_clone().context("cannot share a log file")?)
            .stderr(file)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}: `{}`", process::shown(command)))?;
        Ok(Self { name, child, stop, log })
    }

    /// Wait until `is_ready` says so; the server's death, a signal or a minute ends it.
    pub fn wait_until<T>(&mut self, mut is_ready: impl FnMut(&str) -> Option<T>) -> Result<T> {
        let watch = Stopwatch::start();
        loop {
            interrupt::check()?;
            let printed = fs::read_to_string(&self.log).unwrap_or_default();
            if let Some(answer) = is_ready(&printed) {
                return Ok(answer);
            }
            let ended = self.child.try_wait().context("cannot watch a server")?;
            if let Some(status) = ended {
                bail!("{} ended at its start ({status}):\n{}", self.name, self.last_lines());
            }
            if watch.elapsed() > READY_WITHIN {
                let seconds = READY_WITHIN.as_secs();
                bail!("{} is not ready after {seconds} s:\n{}", self.name, self.last_lines());
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The end of what it printed.
    pub fn last_lines(&self) -> String {
        let printed = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = printed.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may be gone already; waiting below shows it either way.
        let _ = kill_process(process::group_of(&self.child), self.stop.signal());
        let watch = Stopwatch::start();
        while watch.elapsed() < STOPS_WITHIN {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(10)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        eprintln!("{} did not stop within {} s; killed", self.name, STOPS_WITHIN.as_secs());
        let _ = kill_process_group(process::group_of(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

/// The same command, ended by the kernel when we end without having stopped it.
fn bound_to_us(start: &Start<'_>) -> Command {
    let command = start.command;
    let mut bound = Command::new("setpriv");
    bound.args(start.privileges).arg(format!("--pdeathsig={}", start.stop.name()));
    bound.arg("--").arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bound.env(name, value),
            None => bound.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        bound.current_dir(folder);
    }
    bound
}

/// A port that nobody listens on at this moment.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on 127.0.0.1")?;
    Ok(listener.local_addr().context("a listener has no address")?.port())
}
