//! What is known about a platform at this moment, from its calls and from probes. Shared
//! by all calls; nothing here waits.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use base::Timestamp;
use llm::Error;

use super::window::Window;
use crate::route::{Average, Breaker, Gate};
use crate::telemetry::CallMeters;

/// So long at most a platform's own wish keeps calls away, in milliseconds: it may be about
/// one model only.
const LONGEST_HOLD_MS: u64 = 60_000;

/// What is known about a platform.
#[derive(Debug, Default)]
pub(crate) struct PlatformState {
    breaker: Mutex<Breaker>,
    window: Mutex<Window>,
    last: Mutex<Last>,
    in_flight: AtomicU32,
    /// How long its first words take.
    pub(crate) latency: Average,
    /// Its counts for Prometheus, made with its first answer.
    pub(crate) meters: OnceLock<CallMeters>,
}

/// The last things that were heard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Last {
    /// When it last answered.
    pub(crate) answered: Option<Timestamp>,
    /// When and why it last failed.
    pub(crate) failed: Option<(Timestamp, &'static str, String)>,
    /// When it was last probed, how long that took, and what it said if it was no answer.
    pub(crate) probed: Option<(Timestamp, i64, Option<String>)>,
}

/// Whose fault an error is, as far as the breaker cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The platform's; it may also want no calls for so many milliseconds.
    Platform(Option<u64>),
    /// Nobody's: it wants no calls for so many milliseconds, and says so.
    Held(u64),
    /// The request's: the platform answered.
    Request,
    /// Nobody knows: the caller left.
    Nobody,
}

fn fault(error: &Error) -> Fault {
    let ms = |wait: std::time::Duration| {
        u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).min(LONGEST_HOLD_MS)
    };
    match error {
        Error::RateLimited { retry_after: Some(wait), .. } => Fault::Held(ms(*wait)),
        Error::Overloaded { retry_after, .. } => Fault::Platform(retry_after.map(ms)),
        Error::RateLimited { retry_after: None, .. }
        | Error::Timeout { .. }
        | Error::Connection { .. }
        | Error::StreamCut
        | Error::InvalidReply { .. }
        | Error::WrongAddress { .. }
        | Error::Unauthenticated { .. }
        | Error::OutOfCredit { .. } => Fault::Platform(None),
        Error::ContextTooLong { .. }
        | Error::BadRequest { .. }
        | Error::ContentFiltered { .. }
        | Error::ModelUnavailable { .. }
        | Error::Unsupported { .. } => Fault::Request,
        Error::Cancelled | Error::Denied { .. } => Fault::Nobody,
    }
}

impl PlatformState {
    /// Whether a call could go there now.
    pub(crate) fn look(&self, now: u64) -> Gate {
        lock(&self.breaker).look(now)
    }

    /// Lets a call through, or says for how long not.
    pub(crate) fn enter(&self, now: u64) -> Gate {
        let gate = lock(&self.breaker).enter(now);
        if !matches!(gate, Gate::Shut(_)) {
            self.in_flight.fetch_add(1, Ordering::Relaxed);
            lock(&self.window).add(now, 1, 0);
        }
        gate
    }

    /// A call that was let through has ended, however.
    pub(crate) fn left(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// The platform answered.
    pub(crate) fn succeeded(&self, at: Timestamp) {
        lock(&self.breaker).succeeded();
        lock(&self.last).answered = Some(at);
    }

    /// A call failed.
    pub(crate) fn failed(&self, now: u64, at: Timestamp, error: &Error) {
        let fault = fault(error);
        {
            let mut breaker = lock(&self.breaker);
            match fault {
                Fault::Platform(wait) => {
                    breaker.failed(now);
                    if let Some(wait) = wait {
                        breaker.hold(now, wait);
                    }
                }
                Fault::Held(wait) => breaker.hold(now, wait),
                Fault::Request => breaker.succeeded(),
                Fault::Nobody => breaker.abandoned(now),
            }
        }
        match fault {
            Fault::Platform(_) | Fault::Held(_) => {
                lock(&self.last).failed = Some((at, error.code(), short(&error.to_string())));
            }
            Fault::Request => lock(&self.last).answered = Some(at),
            Fault::Nobody => {}
        }
    }

    /// The caller left before anything could be said.
    pub(crate) fn abandoned(&self, now: u64) {
        lock(&self.breaker).abandoned(now);
    }

    /// Counts tokens that were used.
    pub(crate) fn used(&self, now: u64, tokens: u64) {
        lock(&self.window).add(now, 0, tokens);
    }

    /// A probe has ended. An answer also closes an open breaker: the platform is back.
    pub(crate) fn probed(&self, at: Timestamp, latency_ms: i64, trouble: Option<String>) {
        if trouble.is_none() && lock(&self.breaker).is_open() {
            lock(&self.breaker).succeeded();
        }
        lock(&self.last).probed = Some((at, latency_ms, trouble.map(|text| short(&text))));
    }

    /// How many calls are under way.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Requests and tokens of the last minute.
    pub(crate) fn last_minute(&self, now: u64) -> (u64, u64) {
        lock(&self.window).sum(now)
    }

    /// The last things that were heard.
    pub(crate) fn last(&self) -> Last {
        lock(&self.last).clone()
    }

    /// Whether the breaker keeps calls away, and whether the platform itself asked for it.
    pub(crate) fn shut(&self, now: u64) -> (bool, bool) {
        let breaker = lock(&self.breaker);
        (breaker.is_open(), breaker.is_held(now))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn short(text: &str) -> String {
    text.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_the_platforms_own_faults_count() {
        let overloaded = |retry_after| Error::Overloaded { retry_after, message: String::new() };
        let limited = |retry_after| Error::RateLimited { retry_after, message: String::new() };
        let check = |error: Error, times: u32, is_shut: bool| {
            let state = PlatformState::default();
            for _ in 0..times {
                state.failed(0, Timestamp::from_millis(0), &error);
            }
            assert_eq!(matches!(state.look(0), Gate::Shut(_)), is_shut, "{error}, {times} times");
        };
        check(overloaded(None), 4, false);
        check(overloaded(None), 5, true);
        check(overloaded(Some(Duration::from_secs(1))), 1, true);
        check(limited(Some(Duration::from_secs(1))), 1, true);
        check(limited(None), 4, false);
        check(limited(None), 5, true);
        check(Error::StreamCut, 5, true);
        check(Error::Unauthenticated { message: String::new() }, 5, true);
        check(Error::BadRequest { message: String::new() }, 50, false);
        check(Error::Cancelled, 50, false);
    }

    #[test]
    fn wish_to_be_left_alone_is_granted_for_a_minute_at_most() {
        let state = PlatformState::default();
        let error = Error::RateLimited {
            retry_after: Some(Duration::from_secs(3_600)),
            message: String::new(),
        };
        state.failed(0, Timestamp::from_millis(0), &error);
        assert_eq!(state.look(0), Gate::Shut(LONGEST_HOLD_MS));
    }

    #[test]
    fn probe_that_is_answered_closes_the_breaker() {
        let state = PlatformState::default();
        (0..5).for_each(|_| state.failed(0, Timestamp::from_millis(0), &Error::StreamCut));
        state.probed(Timestamp::from_millis(1), 3, Some("no".to_owned()));
        assert!(state.shut(1).0);
        state.probed(Timestamp::from_millis(2), 3, None);
        assert_eq!(state.enter(2), Gate::Free);
    }
}
