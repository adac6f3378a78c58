//! The right to make one call on one platform. However the call ends, the platform's state
//! hears of it: an answer, a failure, or nothing at all when the caller left.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, OrganisationId};
use llm::Error;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::Departure;
use crate::limit::{Pass, TooMuch, Turnstile};
use crate::platform::Platform;
use crate::route::Gate;
use crate::telemetry::CallMeters;

/// Milliseconds since the gateway was made: a time that only grows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uptime(Instant);

impl Uptime {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The right to make one call on one platform.
#[derive(Debug)]
pub(super) struct Ticket {
    platform: Arc<Platform>,
    clock: Arc<dyn Clock>,
    uptime: Uptime,
    began: Instant,
    has_spoken: bool,
    is_settled: bool,
    pass: Option<Pass>,
    _permit: OwnedSemaphorePermit,
}

/// What a call takes of its platform's limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Toll<'a> {
    pub(super) turnstile: &'a Turnstile,
    pub(super) organisation: OrganisationId,
    /// About how many tokens.
    pub(super) tokens: i64,
    /// How long it waits for them.
    pub(super) patience: Duration,
    /// Hears that it goes.
    pub(super) departure: &'a Departure,
}

/// Why there is no ticket.
#[derive(Debug)]
pub(super) enum Away {
    /// The platform takes no calls now.
    Shut,
    /// Its limits are used up for longer than the caller waits.
    Full(TooMuch),
    /// The call was given up meanwhile.
    GivenUp,
}

impl Ticket {
    /// Waits for the platform's limits, then for a turn. Whoever waits for the limits holds
    /// no turn, and what goes out is counted at the moment at which it goes.
    pub(super) async fn get(
        platform: &Arc<Platform>,
        clock: &Arc<dyn Clock>,
        uptime: Uptime,
        toll: Toll<'_>,
    ) -> Result<Self, Away> {
        let Toll { turnstile, organisation, tokens, patience, departure } = toll;
        let mut pass = None;
        if let Some(subject) = platform.subject() {
            let passed = turnstile.pass(organisation, &[subject], tokens, patience).await;
            pass = passed.map_err(Away::Full)?;
        }
        // the semaphore is never closed; if it were, nobody could be served
        let permit = platform.permits.clone().acquire_owned().await.map_err(|_| Away::Shut)?;
        if let Some(late) = pass.take() {
            pass = Some(late.again(patience).await.map_err(Away::Full)?);
        }
        // it may have shut while we waited
        if let Gate::Shut(_) = platform.state.enter(uptime.ms()) {
            return Err(Away::Shut);
        }
        let mut ticket = Self {
            platform: platform.clone(),
            clock: clock.clone(),
            uptime,
            began: Instant::now(),
            has_spoken: false,
            is_settled: false,
            pass,
            _permit: permit,
        };
        // dropped, it gives its turn and its place back
        if !departure.goes() {
            return Err(Away::GivenUp);
        }
        if let Some(pass) = &mut ticket.pass {
            pass.goes();
        }
        Ok(ticket)
    }

    /// The first word came.
    pub(super) fn spoke(&mut self) {
        self.has_spoken = true;
        let ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.platform.state.latency.add(ms);
    }

    /// So many tokens were used.
    pub(super) fn used(&mut self, tokens: u64) {
        if let Some(pass) = &mut self.pass {
            pass.used(i64::try_from(tokens).unwrap_or(i64::MAX));
        }
        self.platform.state.used(self.uptime.ms(), tokens);
    }

    /// The platform answered.
    pub(super) fn succeeded(mut self) {
        self.platform.state.succeeded(self.clock.now());
        self.is_settled = true;
        let Platform { name, state, .. } = &*self.platform;
        state.meters.get_or_init(|| CallMeters::new(name)).answered(self.began.elapsed());
    }

    /// The call failed.
    pub(super) fn failed(mut self, error: &Error) {
        if let Some(pass) = &mut self.pass
            && !self.has_spoken
            && error.used_nothing()
        {
            pass.used(0);
        }
        self.platform.state.failed(self.uptime.ms(), self.clock.now(), error);
        self.is_settled = true;
        count(&self.platform.name, self.began, error.code());
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.is_settled {
            self.platform.state.abandoned(self.uptime.ms());
        }
        self.platform.state.left();
        self.platform.call_ended();
    }
}

fn count(provider: &str, began: Instant, outcome: &'static str) {
    metrics::counter!("hishamos_model_calls_total", "provider" => provider.to_owned(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!("hishamos_model_call_seconds", "provider" => provider.to_owned())
        .record(began.elapsed().as_secs_f64());
}
