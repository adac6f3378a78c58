//! The one place here that reads a clock.

use std::time::{Duration, Instant};

/// Measures from its making.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Start measuring.
    #[expect(clippy::disallowed_methods, reason = "tasks measure real programs in real time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
