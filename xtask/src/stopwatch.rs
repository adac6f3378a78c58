//! The one place here that reads a clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Measures from its making; copies measure from the same moment.
#[derive(Clone)]
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

/// Seconds since 1970, which other programs count too.
#[expect(clippy::disallowed_methods, reason = "logs of several programs are compared")]
pub fn unix_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
