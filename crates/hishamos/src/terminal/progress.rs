//! A download as a line that fills, or as a line every tenth without a terminal.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::Live;

/// Shows how an installation goes.
pub struct Bar {
    shown: Mutex<Shown>,
}

struct Shown {
    live: Live,
    is_terminal: bool,
    is_quiet: bool,
    tenth: u64,
}

impl Bar {
    /// A bar; a quiet one shows nothing.
    pub fn new(is_quiet: bool) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let live = Live::new(!is_quiet);
        Self { shown: Mutex::new(Shown { live, is_terminal, is_quiet, tenth: 0 }) }
    }
}

impl gateway::local::Progress for Bar {
    fn stage(&self, text: &str) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.tenth = 0;
        if !shown.is_quiet {
            shown.live.print(text);
        }
    }

    fn bytes(&self, done: u64, total: u64) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.is_quiet {
            return;
        }
        let line = line(done, total);
        let tenth = done.saturating_mul(10) / total.max(1);
        if shown.is_terminal {
            shown.live.show(&line);
        } else if tenth > shown.tenth {
            shown.live.print(&line);
        }
        shown.tenth = tenth;
    }
}

fn line(done: u64, total: u64) -> String {
    let filled = usize::try_from(done.saturating_mul(20) / total.max(1)).unwrap_or(20).min(20);
    let mib = |bytes: u64| bytes >> 20;
    format!(
        "  [{}{}] {} of {} MiB",
        "#".repeat(filled),
        "-".repeat(20 - filled),
        mib(done),
        mib(total)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_fills() {
        assert_eq!(line(0, 4 << 20), "  [--------------------] 0 of 4 MiB");
        assert_eq!(line(2 << 20, 4 << 20), "  [##########----------] 2 of 4 MiB");
        assert_eq!(line(9, 0), "  [####################] 0 of 0 MiB");
    }
}
