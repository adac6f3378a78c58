//! Making one call.

use agent::port::{CallOutcome, ModelCall, OnDelta};
use base::Micros;
use futures::StreamExt as _;
use llm::Error;
use llm::chat::{Accumulator, Delta, Reply, Request};
use tokio::time::{Instant, sleep};

use super::Gateway;
use crate::platform::{Platform, cost};

impl Gateway {
    /// Makes the call: settles the model, waits for a turn, asks, and asks again where
    /// that may help. Dropping the future closes the connection and frees the turn.
    pub(super) async fn perform(&self, call: ModelCall) -> Result<CallOutcome, Error> {
        use agent::port::Models as _;
        let wanted = call.model.or_else(|| self.default_model()).ok_or_else(no_model)?;
        let (platform, model) = self.resolve(&wanted)?;
        let mut request = call.request;
        request.model.clone_from(&model);
        // the semaphore is never closed; if it were, nobody could be served
        let _permit = platform.permits.acquire().await.map_err(|_| Error::Cancelled)?;
        let started = Instant::now();
        let answered = self.ask(&platform, &request, call.on_delta.as_ref()).await;
        platform.call_ended();
        count(&platform.name, started, answered.as_ref().err());
        let reply = answered?;
        let price = cost(&platform.name, &model, &reply.usage, self.clock().now());
        let name = format!("{}/{model}", platform.name);
        if price.micros().is_none() {
            self.report_missing_price(&name);
        }
        Ok(CallOutcome {
            model: name,
            provider: platform.name.clone(),
            cost: price.micros().unwrap_or(Micros::ZERO),
            cost_known: price.micros().is_some(),
            duration_ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
            scripted: reply.scripted,
            reply,
        })
    }

    async fn ask(
        &self,
        platform: &Platform,
        request: &Request,
        on_delta: Option<&OnDelta>,
    ) -> Result<Reply, Error> {
        let mut failed = 0;
        loop {
            let mut listener = Listener { on_delta, start: None, has_begun: false };
            let error = match attempt(platform, request.clone(), &mut listener).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            failed += 1;
            // what somebody has already read cannot be unsaid
            if listener.has_begun {
                return Err(error);
            }
            let Some(wait) = self.retry().wait(failed, &error, self.random()) else {
                return Err(error);
            };
            tracing::info!(
                provider = platform.name,
                error.code = error.code(),
                "model call failed before its first token; trying again in {} ms",
                wait.as_millis()
            );
            sleep(wait).await;
        }
    }
}

async fn attempt(
    platform: &Platform,
    request: Request,
    listener: &mut Listener<'_>,
) -> Result<Reply, Error> {
    let provider = platform.provider(&request.model).await?;
    let mut deltas = provider.stream(&platform.transport, request).await?;
    let mut accumulator = Accumulator::default();
    while let Some(delta) = deltas.next().await {
        let delta = delta?;
        listener.hear(&delta);
        accumulator.push(delta)?;
    }
    accumulator.finish()
}

/// Passes pieces on. The start is held back until the first real piece, so that a listener
/// never hears two starts.
struct Listener<'a> {
    on_delta: Option<&'a OnDelta>,
    start: Option<Delta>,
    has_begun: bool,
}

impl Listener<'_> {
    fn hear(&mut self, delta: &Delta) {
        if matches!(delta, Delta::Start { .. }) && !self.has_begun {
            self.start = Some(delta.clone());
            return;
        }
        self.has_begun = true;
        let Some(on_delta) = self.on_delta else { return };
        if let Some(start) = self.start.take() {
            on_delta(&start);
        }
        on_delta(delta);
    }
}

fn no_model() -> Error {
    Error::ModelUnavailable {
        model: "default".to_owned(),
        message: "no model is set up: run `hishamos model install default`, or add a provider to the configuration".to_owned(),
    }
}

fn count(provider: &str, started: Instant, error: Option<&Error>) {
    let outcome = error.map_or("ok", Error::code);
    metrics::counter!("hishamos_model_calls_total", "provider" => provider.to_owned(), "outcome" => outcome)
        .increment(1);
    metrics::histogram!("hishamos_model_call_seconds", "provider" => provider.to_owned())
        .record(started.elapsed().as_secs_f64());
}
