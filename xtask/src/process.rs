//! Run programs: in the foreground, for their answer, or beside us as a service.

use std::collections::VecDeque;
use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Pid;

use crate::interrupt::{self, Foreground};
use crate::stopwatch::Stopwatch;

/// How many of a program's last lines are kept to be looked at afterwards.
const KEPT_LINES: usize = 400;

/// The cargo that runs us, without what it told us about our own package.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    cargo
}

/// The file that a program's name means on the PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// A command as people would type it.
pub fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether the program runs and says yes; its output is not shown.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What a program prints on its standard output.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}): {}", shown(command), output.status, said.trim());
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` did not print UTF-8", shown(command)))
}

/// Run a program in the foreground, showing what it prints.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    let _foreground = Foreground::new(group_of(&child));
    let status = child.wait().context("cannot wait for a program that we started")?;
    verdict(command, status)
}

/// Run a program that may ask for a password: it keeps the terminal.
pub fn run_with_terminal(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| format!("cannot start `{}`", shown(command)))?;
    verdict(command, status)
}

/// What a program printed, and how it ended.
pub struct Ended {
    /// The last lines of both its outputs, in order.
    pub lines: Vec<String>,
    /// An error that names the command unless it ended well.
    pub verdict: Result<()>,
}

/// Run a program in the foreground, showing what it prints and keeping its last lines.
/// `limit` bounds the time it may take.
pub fn run_and_keep(command: &mut Command, limit: Option<Duration>) -> Result<Ended> {
    println!("$ {}", shown(command));
    let (reader, writer) = io::pipe().context("cannot make a pipe")?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().context("cannot share a pipe")?)
        .stderr(writer)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start `{}`", shown(command)))?;
    // The command holds our copies of the pipe's end; without them the reader sees the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let _foreground = Foreground::new(group_of(&child));
    let reading = thread::spawn(move || echo_and_keep(reader));
    let status = match limit {
        None => child.wait().context("cannot wait for a program that we started")?,
        Some(limit) => wait_at_most(command, &mut child, limit)?,
    };
    let lines = reading.join().unwrap_or_default();
    Ok(Ended { lines, verdict: verdict(command, status) })
}

fn wait_at_most(command: &Command, child: &mut Child, limit: Duration) -> Result<ExitStatus> {
    let watch = Stopwatch::start();
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for a program")? {
            return Ok(status);
        }
        if watch.elapsed() > limit {
            let _ =
                rustix::process::kill_process_group(group_of(child), rustix::process::Signal::KILL);
            child.wait().context("cannot wait for a program")?;
            bail!("`{}` did not end within {} s", shown(command), limit.as_secs());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn echo_and_keep(reader: io::PipeReader) -> Vec<String> {
    let mut kept = VecDeque::with_capacity(KEPT_LINES);
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        // A closed terminal must not stop the program from being read to its end.
        let _ = io::stdout().lock().write_all(text.as_bytes());
        if kept.len() == KEPT_LINES {
            kept.pop_front();
        }
        kept.push_back(text.trim_end().to_owned());
        line.clear();
    }
    kept.into()
}

fn verdict(command: &Command, status: ExitStatus) -> Result<()> {
    interrupt::check()?;
    if status.success() {
        return Ok(());
    }
    bail!("`{}` failed ({status})", shown(command))
}

/// The process group of a child that was started as the leader of its own.
pub fn group_of(child: &Child) -> Pid {
    Pid::from_child(child)
}
