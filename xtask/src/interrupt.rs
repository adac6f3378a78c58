//! Ctrl-C and SIGTERM: stop what runs in the foreground and let the task unwind, so that
//! services stop and temporary folders go. A second signal kills at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Begin to listen for signals.
pub fn listen() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for Ctrl-C")?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            let again = REQUESTED.swap(true, Ordering::SeqCst);
            stop_foreground(if again { Signal::KILL } else { Signal::TERM });
        }
    });
    Ok(())
}

/// Whether somebody asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// An error when somebody asked to stop.
pub fn check() -> Result<()> {
    if requested() {
        bail!("interrupted");
    }
    Ok(())
}

/// A process group that must end when the user asks to stop, until this is dropped.
pub struct Foreground(Pid);

impl Foreground {
    /// Put a process group under the signal's reach.
    pub fn new(group: Pid) -> Self {
        groups().push(group);
        if requested() {
            stop_foreground(Signal::TERM);
        }
        Self(group)
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        groups().retain(|group| *group != self.0);
    }
}

fn groups() -> std::sync::MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn stop_foreground(signal: Signal) {
    for group in groups().iter() {
        // It may have ended by itself a moment ago; then there is nothing to stop.
        let _ = kill_process_group(*group, signal);
    }
}
