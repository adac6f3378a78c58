//! One line at the bottom of a terminal that changes; without a terminal there is none.

use std::io::{IsTerminal as _, Write as _};

use super::table::shorten;

/// The live line.
#[derive(Debug)]
pub struct Live {
    is_on: bool,
    is_shown: bool,
}

impl Live {
    /// A live line, if somebody looks.
    pub fn new(is_wanted: bool) -> Self {
        Self { is_on: is_wanted && std::io::stdout().is_terminal(), is_shown: false }
    }

    /// How many cells a line of the terminal has, if there is one.
    pub fn width() -> Option<usize> {
        let out = std::io::stdout();
        if !out.is_terminal() {
            return None;
        }
        let size = rustix::termios::tcgetwinsize(&out).ok()?;
        (size.ws_col > 0).then_some(usize::from(size.ws_col))
    }

    /// Shows a text on the live line.
    pub fn show(&mut self, text: &str) {
        if self.is_on {
            let width = Self::width().unwrap_or(80).saturating_sub(1);
            write(&format!("\r\u{1b}[K{}", shorten(text, width)));
            self.is_shown = true;
        }
    }

    /// Prints a line that stays, above the live one.
    pub fn print(&mut self, line: &str) {
        self.clear();
        write(&format!("{line}\n"));
    }

    /// Takes the live line away.
    pub fn clear(&mut self) {
        if self.is_shown {
            write("\r\u{1b}[K");
            self.is_shown = false;
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.clear();
    }
}

fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    // A closed pipe is no reason to stop the work.
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
