//! The right to make one call on one platform. However the call ends, the platform's state
//! hears of it: an answer, a failure, or nothing at all when the caller left.

use std::sync::Arc;

use base::Clock;
use llm::Error;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::platform::Platform;
use crate::route::Gate;

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
    is_settled: bool,
    _permit: OwnedSemaphorePermit,
}

impl Ticket {
    /// Waits for a turn; `Err` says for how many milliseconds the platform takes no calls.
    pub(super) async fn get(
        platform: &Arc<Platform>,
        clock: &Arc<dyn Clock>,
        uptime: Uptime,
    ) -> Result<Self, u64> {
        // the semaphore is never closed; if it were, nobody could be served
        let permit = platform.permits.clone().acquire_owned().await.map_err(|_| u64::MAX)?;
        // it may have shut while we waited
        if let Gate::Shut(wait) = platform.state.enter(uptime.ms()) {
            return Err(wait);
        }
        Ok(Self {
            platform: platform.clone(),
            clock: clock.clone(),
            uptime,
            began: Instant::now(),
            is_settled: false,
            _permit: permit,
        })
    }

    /// The first word came.
    pub(super) fn spoke(&self) {
        let ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.platform.state.latency.add(ms);
    }

    /// So many tokens were used.
    pub(super) fn used(&self, tokens: u64) {
        self.platform.state.used(self.uptime.ms(), tokens);
    }

    /// The platform answered.
    pub(super) fn succeeded(mut self) {
        self.platform.state.succeeded(self.clock.now());
        self.is_settled = true;
        count(&self.platform.name, self.began, "ok");
    }

    /// The call failed.
    pub(super) fn failed(mut self, error: &Error) {
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
