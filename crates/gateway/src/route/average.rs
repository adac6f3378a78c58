//! A moving average of how long a platform's first words take.

use std::sync::atomic::{AtomicU64, Ordering};

/// The newest value counts for one part in so many.
const PARTS: u64 = 8;

/// The average; 0 means that nothing was measured yet. Shared by calls without a lock: a
/// value that gets lost between two calls changes nothing that matters.
#[derive(Debug, Default)]
pub struct Average(AtomicU64);

impl Average {
    /// Adds a measured time in milliseconds.
    pub fn add(&self, ms: u64) {
        // in thousandths, so that small times do not stick
        let value = ms.saturating_mul(1_000).max(1);
        let old = self.0.load(Ordering::Relaxed);
        let new = if old == 0 { value } else { (old * (PARTS - 1) + value) / PARTS };
        self.0.store(new.max(1), Ordering::Relaxed);
    }

    /// The average in milliseconds, if anything was measured.
    pub fn ms(&self) -> Option<u64> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            thousandths => Some(thousandths.div_ceil(1_000)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_what_is_measured() {
        let average = Average::default();
        assert_eq!(average.ms(), None);
        average.add(80);
        assert_eq!(average.ms(), Some(80));
        average.add(160);
        assert_eq!(average.ms(), Some(90));
        (0..100).for_each(|_| average.add(5));
        assert_eq!(average.ms(), Some(5));
        (0..100).for_each(|_| average.add(0));
        assert_eq!(average.ms(), Some(1));
    }
}
