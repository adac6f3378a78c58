//! When a failed call is made again, and after how long.

use std::time::Duration;

use base::Random;
use llm::{Error, Phase};

/// When a failed call is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many more times.
    pub retries: u32,
    /// The wait before the first retry; each further one doubles it.
    pub first_wait: Duration,
    /// The longest wait. A provider that asks for more is taken at its word: the call
    /// fails and whoever schedules the work decides when to come back.
    pub longest_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 2,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// How long to wait before the call is made again after `failed` tries; `None` when
    /// the error is final.
    pub(super) fn wait(&self, failed: u32, error: &Error, random: &dyn Random) -> Option<Duration> {
        if failed > self.retries || !may_repeat(error) {
            return None;
        }
        let doubled = self.first_wait.saturating_mul(1 << (failed - 1).min(16));
        let wait = jitter(doubled.min(self.longest_wait), random);
        match error.retry_after() {
            Some(asked) if asked > self.longest_wait => None,
            // at least what was asked for, and not everybody at the same instant
            Some(asked) => Some(asked + wait / 4),
            None => Some(wait),
        }
    }
}

/// The total timeout is the caller's patience: it is used up, whatever a retry would bring.
fn may_repeat(error: &Error) -> bool {
    error.is_retryable() && !matches!(error, Error::Timeout { which: Phase::Total, .. })
}

/// Between half of `wait` and all of it.
fn jitter(wait: Duration, random: &dyn Random) -> Duration {
    let mut bytes = [0_u8; 2];
    random.fill(&mut bytes);
    let half = wait / 2;
    half + half * u32::from(u16::from_le_bytes(bytes)) / u32::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use base::SeededRandom;

    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        retries: 2,
        first_wait: Duration::from_secs(1),
        longest_wait: Duration::from_secs(10),
    };

    fn limited(seconds: Option<u64>) -> Error {
        Error::RateLimited { retry_after: seconds.map(Duration::from_secs), message: String::new() }
    }

    fn timeout(which: Phase) -> Error {
        Error::Timeout { which, after: Duration::from_secs(1) }
    }

    #[test]
    fn waits_grow_and_end() {
        let check = |failed, error: Error, expected: Option<(u64, u64)>| {
            for seed in 0..50 {
                let wait = POLICY.wait(failed, &error, &SeededRandom::new(seed));
                let is_right = match (wait, expected) {
                    (None, None) => true,
                    (Some(wait), Some((from, to))) => {
                        (from..=to).contains(&u64::try_from(wait.as_millis()).unwrap_or(0))
                    }
                    (Some(_), None) | (None, Some(_)) => false,
                };
                assert!(is_right, "{failed} {error}: {wait:?}, expected {expected:?}");
            }
        };
        check(1, Error::StreamCut, Some((500, 1_000)));
        check(2, Error::StreamCut, Some((1_000, 2_000)));
        check(3, Error::StreamCut, None);
        check(1, limited(None), Some((500, 1_000)));
        check(1, limited(Some(3)), Some((3_125, 3_250)));
        check(1, limited(Some(11)), None);
        check(1, timeout(Phase::Headers), Some((500, 1_000)));
        check(1, timeout(Phase::Total), None);
        check(1, Error::BadRequest { message: String::new() }, None);
        check(1, Error::Cancelled, None);
    }

    #[test]
    fn waits_differ_by_luck() {
        let waits: std::collections::BTreeSet<_> = (0..20)
            .filter_map(|seed| POLICY.wait(1, &Error::StreamCut, &SeededRandom::new(seed)))
            .collect();
        assert!(waits.len() > 10, "{waits:?}");
    }
}
