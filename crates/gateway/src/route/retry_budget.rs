//! How many further calls a failing platform may cause: a tenth of the calls that were
//! asked for, and a few in reserve, so that a storm is answered with patience and not with
//! more calls. Pure; time is a number of milliseconds that only grows.

/// What one first call adds, in thousandths of a further call.
const SHARE: u64 = 100;
/// What one further call takes.
const ONE: u64 = 1_000;
/// What is there at the start, so that a quiet server may retry too.
const RESERVE: u64 = 10 * ONE;
/// What is there at most, so that a quiet day does not pay for a storm.
const MOST: u64 = 20 * ONE;
/// What every second of silence adds, so that a server with few calls is not left without.
const PER_SECOND: u64 = 100;
/// A shorter silence adds nothing: a storm that lasts must not pay for itself.
const SILENCE_MS: u64 = 10_000;

/// The budget for retries, fail-overs and hedges.
#[derive(Debug, Clone, Copy)]
pub struct RetryBudget {
    credit: u64,
    seen: u64,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { credit: RESERVE, seen: 0 }
    }
}

impl RetryBudget {
    /// Somebody wants an answer: the silence is over.
    pub fn wanted(&mut self, now: u64) {
        self.pass(now);
    }

    /// The first call for an answer was made.
    pub fn made(&mut self, now: u64) {
        self.pass(now);
        self.credit = (self.credit + SHARE).min(MOST);
    }

    /// Whether a further call may be made for it; if so, it is taken from the budget.
    pub fn take(&mut self, now: u64) -> bool {
        self.pass(now);
        let may = self.credit >= ONE;
        if may {
            self.credit -= ONE;
        }
        may
    }

    fn pass(&mut self, now: u64) {
        let gone = now.saturating_sub(self.seen);
        self.seen = self.seen.max(now);
        if gone >= SILENCE_MS && self.credit < RESERVE {
            self.credit = (self.credit + gone.saturating_mul(PER_SECOND) / 1_000).min(RESERVE);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quiet_server_may_retry_and_gets_it_back() {
        let mut budget = RetryBudget::default();
        assert!((0..10).all(|_| budget.take(0)));
        assert!(!budget.take(0));
        assert!(!budget.take(9_999));
        assert!(budget.take(19_999) && !budget.take(19_999));
    }

    proptest! {
        /// Further calls never pass a tenth of the calls, the reserve, and what time gives.
        #[test]
        fn storms_are_not_amplified(
            calls in prop::collection::vec((0..50_u64, 0..4_u32), 1..2_000),
        ) {
            let (mut budget, mut now, mut further) = (RetryBudget::default(), 0, 0_u64);
            for (wait, tries) in &calls {
                now += wait;
                budget.made(now);
                for _ in 0..*tries {
                    further += u64::from(budget.take(now));
                }
            }
            let most = calls.len() as u64 * SHARE + RESERVE + now * PER_SECOND / 1_000;
            prop_assert!(further * ONE <= most, "{further} of {}", calls.len());
        }
    }
}
