//! The circuit breaker of one platform: it keeps calls away from a platform that fails
//! again and again, and lets one call through from time to time to see whether it is back.
//!
//! Time is a number of milliseconds that only grows; nothing here reads a clock.

/// So many failures in a row open it.
pub const FAILURES: u32 = 5;
/// So long it stays open, in milliseconds.
pub const REST_MS: u64 = 30_000;

/// The state of one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Calls go through; so many failed in a row.
    Closed { failures: u32 },
    /// No call goes through before this moment.
    Open { until: u64 },
    /// One call is on its way to see whether the platform is back.
    HalfOpen,
}

/// Whether a call may go to the platform now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Free,
    /// It may, and its end decides whether others follow.
    Probe,
    /// It may not for so many milliseconds.
    Shut(u64),
}

/// The breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    state: State,
    /// The platform itself asked us to keep away until then.
    held_until: u64,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { state: State::Closed { failures: 0 }, held_until: 0 }
    }
}

impl Breaker {
    /// Whether a call could go through now; changes nothing.
    pub fn look(&self, now: u64) -> Gate {
        if now < self.held_until {
            return Gate::Shut(self.held_until - now);
        }
        match self.state {
            State::Closed { .. } => Gate::Free,
            State::Open { until } if now < until => Gate::Shut(until - now),
            State::Open { .. } => Gate::Probe,
            // the probe's end is near; nobody knows when
            State::HalfOpen => Gate::Shut(1_000),
        }
    }

    /// Lets a call through, or says for how long not. Whoever gets [`Gate::Probe`] must
    /// report its end with one of the other functions.
    pub fn enter(&mut self, now: u64) -> Gate {
        let gate = self.look(now);
        if gate == Gate::Probe {
            self.state = State::HalfOpen;
        }
        gate
    }

    /// The platform answered.
    pub fn succeeded(&mut self) {
        self.state = State::Closed { failures: 0 };
    }

    /// The platform failed. A call that began before the breaker opened changes nothing
    /// any more.
    pub fn failed(&mut self, now: u64) {
        self.state = match self.state {
            State::Closed { failures } if failures + 1 < FAILURES => {
                State::Closed { failures: failures + 1 }
            }
            State::Closed { .. } | State::HalfOpen => State::Open { until: now + REST_MS },
            State::Open { until } => State::Open { until },
        };
    }

    /// A probe ended without saying anything about the platform: the caller left, or the
    /// request was wrong. The next call is the probe.
    pub fn abandoned(&mut self, now: u64) {
        if self.state == State::HalfOpen {
            self.state = State::Open { until: now };
        }
    }

    /// The platform wants no calls for so long.
    pub fn hold(&mut self, now: u64, wait_ms: u64) {
        self.held_until = self.held_until.max(now.saturating_add(wait_ms));
        self.abandoned(now);
    }

    /// Whether the platform itself asked us to keep away.
    pub fn is_held(&self, now: u64) -> bool {
        now < self.held_until
    }

    /// Whether it keeps calls away because of failures.
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Open { .. } | State::HalfOpen => true,
            State::Closed { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failing(times: u32) -> Breaker {
        let mut breaker = Breaker::default();
        (0..times).for_each(|_| breaker.failed(0));
        breaker
    }

    #[test]
    fn opens_after_five_failures_in_a_row() {
        assert_eq!(failing(4).look(0), Gate::Free);
        assert_eq!(failing(5).look(0), Gate::Shut(REST_MS));
        let mut breaker = failing(4);
        breaker.succeeded();
        (0..4).for_each(|_| breaker.failed(0));
        assert_eq!(breaker.look(0), Gate::Free);
    }

    #[test]
    fn after_its_rest_one_call_decides() {
        let mut breaker = failing(5);
        assert_eq!(breaker.enter(REST_MS - 1), Gate::Shut(1));
        assert_eq!(breaker.enter(REST_MS), Gate::Probe);
        assert_eq!(breaker.enter(REST_MS), Gate::Shut(1_000));
        breaker.failed(REST_MS);
        assert_eq!(breaker.enter(REST_MS), Gate::Shut(REST_MS));
        assert_eq!(breaker.enter(2 * REST_MS), Gate::Probe);
        breaker.succeeded();
        assert_eq!(breaker.enter(2 * REST_MS), Gate::Free);
    }

    #[test]
    fn probe_that_says_nothing_is_followed_by_another() {
        let mut breaker = failing(5);
        assert_eq!(breaker.enter(REST_MS), Gate::Probe);
        breaker.abandoned(REST_MS);
        assert_eq!(breaker.enter(REST_MS), Gate::Probe);
    }

    #[test]
    fn platform_is_left_alone_as_long_as_it_asked() {
        let mut breaker = Breaker::default();
        breaker.hold(100, 500);
        assert_eq!(breaker.enter(100), Gate::Shut(500));
        assert!(breaker.is_held(599) && !breaker.is_open());
        breaker.hold(200, 100);
        assert_eq!(breaker.enter(599), Gate::Shut(1));
        assert_eq!(breaker.enter(600), Gate::Free);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u64),
        Enter,
        Succeed,
        Fail,
        Abandon,
        Hold(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            1 => (0..40_000_u64).prop_map(Step::Wait),
            2 => Just(Step::Enter),
            1 => Just(Step::Succeed),
            6 => Just(Step::Fail),
            1 => Just(Step::Abandon),
            1 => (0..5_000_u64).prop_map(Step::Hold),
        ];
        prop::collection::vec(step, 0..200)
    }

    proptest! {
        /// Whatever happens: it never opens before five failures in a row, never shuts for
        /// longer than its rest or the hold, and lets a probe through in the end.
        #[test]
        fn holds_its_promises(steps in steps()) {
            let (mut breaker, mut now, mut in_a_row, mut held) = (Breaker::default(), 0, 0, 0);
            for step in steps {
                match step {
                    Step::Wait(ms) => now += ms,
                    Step::Enter => {
                        let gate = breaker.enter(now);
                        if let Gate::Shut(wait) = gate {
                            prop_assert!(wait <= REST_MS.max(held));
                            prop_assert!(in_a_row >= FAILURES || breaker.is_held(now));
                        }
                    }
                    Step::Succeed => {
                        breaker.succeeded();
                        in_a_row = 0;
                    }
                    Step::Fail => {
                        breaker.failed(now);
                        in_a_row += 1;
                    }
                    Step::Abandon => breaker.abandoned(now),
                    Step::Hold(ms) => {
                        breaker.hold(now, ms);
                        held = held.max(ms);
                    }
                }
                if in_a_row < FAILURES && !breaker.is_held(now) {
                    prop_assert!(!breaker.is_open());
                }
            }
            breaker.abandoned(now);
            let later = now + REST_MS.max(held);
            prop_assert!(matches!(breaker.enter(later), Gate::Free | Gate::Probe));
        }
    }
}
