//! How long a proof goes on: short as a test, long as a soak, which asks for it by the
//! environment.

use std::time::Duration;

/// When it is enough.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// After so many kills, or what the proof has instead of them.
    pub kills: usize,
    /// And not before so long.
    pub minutes: u64,
    /// The seed of the moments; another one each time when absent.
    pub seed: Option<u64>,
}

impl Size {
    /// So many kills, unless more is asked for.
    pub fn of(kills: usize) -> Self {
        Self::by("PROOF_KILLS", kills)
    }

    /// So many faults of another kind, unless this variable asks for more.
    pub fn by(variable: &str, faults: usize) -> Self {
        Self {
            kills: asked(variable).map_or(faults, |asked| asked as usize),
            minutes: asked("PROOF_MINUTES").unwrap_or(0),
            seed: asked("PROOF_SEED"),
        }
    }

    /// Whether it is not enough yet.
    pub fn goes_on(self, kills: usize, elapsed: Duration) -> bool {
        kills < self.kills || elapsed < Duration::from_secs(60 * self.minutes)
    }
}

/// A number that the environment asks for.
pub fn asked(name: &str) -> Option<u64> {
    let asked = std::env::vars_os().find(|(variable, _)| variable == name);
    asked.map(|(_, value)| {
        let text = value.to_string_lossy();
        text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}"))
    })
}
