//! Calls of executions: they wait for the limits of whoever pays and of the organisation, and
//! are told of, as those of outside clients are at their door.

use std::time::Duration;

use agent::port::{CallOutcome, ModelCall, OnDelta};
use base::Micros;
use futures::StreamExt as _;
use llm::chat::{Accumulator, Reply, Request};
use llm::tokens::estimate_input;
use llm::{Denial, Error, most_output};
use tokio::time::{Instant, sleep};
use tracing::Span;

use super::perform::expected;
use super::{CallMeta, Departure, Gateway};
use crate::ai_access::Asked;
use crate::limit::{Admission, Subject, TooMuch, day_caps, give_back, subjects};
use crate::telemetry::{self, Answered, Operation, Told};

/// How long a call of an execution waits for limits: nobody sits before it.
const PATIENCE: Duration = Duration::from_mins(5);
/// After how long a database that did not tell the limits is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// A call that is under way, as it is told of.
struct Telling<'a> {
    gateway: &'a Gateway,
    span: Span,
    began: Instant,
}

impl Gateway {
    /// Makes a call of an execution. What it may cost was set aside before, and nothing else is
    /// held while it waits for limits.
    pub(super) async fn call_of_execution(&self, call: ModelCall) -> Result<CallOutcome, Error> {
        let underway = self.departures().begin(call.call_id);
        let outcome = self.answer_to_execution(call, underway.departure().clone()).await;
        underway.ended();
        outcome
    }

    async fn answer_to_execution(
        &self,
        call: ModelCall,
        departure: Departure,
    ) -> Result<CallOutcome, Error> {
        let started = Instant::now();
        let mut meta = CallMeta {
            organisation: call.organisation,
            model: call.model.clone(),
            user: call.user,
            without: call.without.clone(),
            on_lost: call.on_lost.clone(),
            patience: PATIENCE,
            departure,
        };
        self.let_in(&meta, &call.agent, &call.request).await?;
        let plan = self.picture(meta.organisation).plan(&self.wanted(&meta)?)?;
        let first = (&*plan.targets[0].platform.name, plan.targets[0].model.as_str());
        let pass = self.let_pass(&call).await?;
        let mut pass = pass.map(|pass| pass.departing(meta.departure.clone()));
        meta.patience = PATIENCE.saturating_sub(started.elapsed());
        let telling = Telling::begin(self, &call, first);
        let answer = match self.stream(&meta, call.request).await {
            Ok(answer) => answer,
            Err(error) => {
                give_back(pass, &error);
                telling.end(first, Err(error.code()));
                return Err(error);
            }
        };
        let place = (&*answer.platform, answer.model.as_str());
        let reply = match gather(answer.deltas, call.on_delta.as_ref()).await {
            Ok(reply) => reply,
            Err(error) => {
                telling.end(place, Err(error.code()));
                return Err(after_words(error));
            }
        };
        if let Some(pass) = &mut pass {
            let tokens = reply.usage.input.saturating_add(reply.usage.output);
            pass.used(i64::try_from(tokens).unwrap_or(i64::MAX));
        }
        let price = self.cost(meta.organisation, place, &reply.usage);
        let name = format!("{}/{}", place.0, place.1);
        if price.micros().is_none() {
            self.report_missing_price(&name);
        }
        let cost = price.micros().unwrap_or(Micros::ZERO);
        if self.captures_content() {
            telemetry::said(&telling.span, &reply.words(), reply.finish);
        }
        let finish = Some(reply.finish);
        telling.end(place, Ok(Answered { usage: &reply.usage, cost, finish }));
        Ok(CallOutcome {
            model: name,
            provider: place.0.to_owned(),
            cost,
            cost_known: price.micros().is_some(),
            duration_ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
            scripted: reply.scripted,
            reply,
        })
    }

    /// Whether a call may be made on the account that it is on; counts it.
    async fn let_in(&self, meta: &CallMeta, agent: &str, request: &Request) -> Result<(), Error> {
        let Some(user) = meta.user else { return Ok(()) };
        let (organisation, wanted) = (meta.organisation, self.wanted(meta)?);
        let asked = Asked { organisation, user: Some(user), agent: Some(agent), wanted: &wanted };
        self.may_ask(asked, |kind, model| {
            let (limit, reasoning) = (request.max_output_tokens, request.thinking());
            let output = u64::from(most_output(kind, model, limit, reasoning));
            i64::try_from(estimate_input(request).saturating_add(output)).unwrap_or(i64::MAX)
        })?;
        self.count_request((organisation, user), self.clock().now()).await
    }

    /// Waits in order until the limits of the organisation and of the user let a call pass.
    async fn let_pass(&self, call: &ModelCall) -> Result<Option<Admission>, Error> {
        let Some(db) = self.db() else { return Ok(None) };
        let (limits, began) = (self.limits(), Instant::now());
        let set = loop {
            match self.limits_of(db, call.organisation, self.clock().now()).await {
                Ok(set) => break set,
                Err(error) if began.elapsed() < PATIENCE => {
                    tracing::warn!("a call waits until its limits can be read: {error}");
                    sleep(AGAIN).await;
                }
                Err(error) => {
                    let message = format!("the limits of this call cannot be read: {error}");
                    return Err(Error::Overloaded { retry_after: None, message });
                }
            }
        };
        let user = call.user.map(|user| user.to_string());
        let subjects: Vec<Subject> = subjects(&set, user.as_deref()).collect();
        let day = day_caps(&set);
        if subjects.is_empty() && day.is_none() {
            return Ok(None);
        }
        let tokens = i64::try_from(expected(&call.request)).unwrap_or(i64::MAX);
        let patience = PATIENCE.saturating_sub(began.elapsed());
        let (limited, now) = ((&*subjects, day), self.clock().now());
        let passed = limits.pass(call.organisation, limited, tokens, patience, now).await;
        passed.map_err(too_much)
    }
}

impl<'a> Telling<'a> {
    fn begin(gateway: &'a Gateway, call: &ModelCall, (platform, model): (&str, &str)) -> Self {
        let span = telemetry::span(Operation::Chat, platform, model);
        telemetry::of_execution(&span, call);
        telemetry::asked(&span, &call.request, gateway.captures_content());
        Self { gateway, span, began: Instant::now() }
    }

    fn end(self, place: (&str, &str), outcome: Result<Answered<'_>, &str>) {
        let (operation, took) = (Operation::Chat, self.began.elapsed());
        let told = Told { operation, place, took, outcome };
        telemetry::ended(&self.span, Some(self.gateway.meters()), told);
    }
}

/// A limit is used up for longer than anybody waits, or never lets the call pass.
fn too_much(reached: TooMuch) -> Error {
    let TooMuch { subject, what, limit, per, retry_after } = reached;
    match retry_after {
        // nobody waits for tomorrow
        Some(_) if per == "day" => Error::Denied {
            why: Denial::Day,
            retry_after: None,
            message: format!(
                "{subject} has used its {limit} {what} a day; the next day begins at midnight UTC, or raise the limit"
            ),
        },
        Some(_) => Error::RateLimited {
            retry_after,
            message: format!("{subject} has used its {limit} {what} a minute; come again later"),
        },
        None => Error::BadRequest {
            message: format!(
                "{subject} has {limit} {what} a {per}, fewer than this call may need; raise its limit or ask for fewer tokens"
            ),
        },
    }
}

/// A provider that has begun to answer counts what it wrote, whatever it says afterwards.
fn after_words(error: Error) -> Error {
    if !error.used_nothing() {
        return error;
    }
    tracing::info!(error.code = error.code(), "an answer ended with an error: {error}");
    Error::StreamCut
}

/// The whole answer; `on_delta` hears its pieces.
async fn gather(mut deltas: llm::DeltaStream, on_delta: Option<&OnDelta>) -> Result<Reply, Error> {
    let mut accumulator = Accumulator::default();
    while let Some(delta) = deltas.next().await {
        let delta = delta?;
        if let Some(on_delta) = on_delta {
            on_delta(&delta);
        }
        accumulator.push(delta)?;
    }
    accumulator.finish()
}
