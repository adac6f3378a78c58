//! Testing the connection to a platform: a tiny question, or its list of models.

use std::time::Duration;

use base::{Micros, Secret, Timestamp};
use llm::chat::{Message, Request};
use llm::{Error, Timeouts, Transport};
use serde::Serialize;
use tokio::time::Instant;

use super::connect::provider;
use super::{Draft, Tested};

/// Longer than this, a test has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// Slower than this is not well.
const SLOW_MS: i64 = 5_000;

/// How a test of the connection went.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PlatformTest)]
pub(crate) struct Trial {
    /// Whether the platform answered.
    pub(crate) ok: bool,
    /// `healthy`, `degraded` when it was slow, or `error`.
    pub(crate) health: &'static str,
    /// How long it took.
    pub(crate) latency_ms: i64,
    /// The model that answered; absent when only the list of models was asked for.
    pub(crate) model: Option<String>,
    /// The models that it says it serves, when it was asked.
    pub(crate) models: Vec<String>,
    /// Tokens that the model read.
    pub(crate) input_tokens: u64,
    /// Tokens that the model wrote.
    pub(crate) output_tokens: u64,
    /// What the test cost, where that is known.
    pub(crate) cost_micros: Option<Micros>,
    /// What went wrong, in the provider's own words.
    pub(crate) error: Option<String>,
    /// The stable word for what went wrong.
    pub(crate) error_code: Option<&'static str>,
}

impl Trial {
    /// What is kept of it.
    pub(crate) fn tested(&self, at: Timestamp) -> Tested {
        Tested { at, latency_ms: Some(self.latency_ms), error: self.error.clone() }
    }
}

/// Asks the platform: its default or first model for a word, or for the list of its models
/// when none is named.
pub(crate) async fn trial(draft: &Draft, key: Option<Secret<String>>, at: Timestamp) -> Trial {
    let began = Instant::now();
    let answered = tokio::time::timeout(PATIENCE, ask(draft, key))
        .await
        .unwrap_or(Err(Error::Timeout { which: llm::Phase::Total, after: PATIENCE }));
    let latency_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let mut trial = Trial {
        ok: answered.is_ok(),
        health: if latency_ms > SLOW_MS { "degraded" } else { "healthy" },
        latency_ms,
        model: None,
        models: Vec::new(),
        input_tokens: 0,
        output_tokens: 0,
        cost_micros: None,
        error: None,
        error_code: None,
    };
    match answered {
        Ok(Heard::Models(models)) => trial.models = models,
        Ok(Heard::Reply(reply)) => {
            let table = draft.kind.price_table().unwrap_or(&draft.name);
            let model = wanted(draft).unwrap_or_default();
            let price = llm::price::cost(&[], (table, &model), &reply.usage, at);
            trial.model = Some(model);
            trial.input_tokens = reply.usage.input;
            trial.output_tokens = reply.usage.output;
            trial.cost_micros = price.micros();
        }
        Err(error) => {
            trial.health = "error";
            trial.error_code = Some(error.code());
            trial.error = Some(error.to_string());
        }
    }
    trial
}

enum Heard {
    Models(Vec<String>),
    Reply(Box<llm::chat::Reply>),
}

fn wanted(draft: &Draft) -> Option<String> {
    draft.default_model.clone().or_else(|| draft.models.first().cloned())
}

async fn ask(draft: &Draft, key: Option<Secret<String>>) -> Result<Heard, Error> {
    let provider = provider(draft.kind, &draft.base_url, key, &draft.settings)?;
    let transport = transport(draft)?;
    let Some(model) = wanted(draft) else {
        return provider.models(&transport).await.map(Heard::Models);
    };
    let request = Request {
        max_output_tokens: Some(10),
        ..Request::new(model, vec![Message::user("Say OK.")])
    };
    provider.complete(&transport, request).await.map(|reply| Heard::Reply(Box::new(reply)))
}

/// The models that a platform says it serves.
pub(crate) async fn served(
    draft: &Draft,
    key: Option<Secret<String>>,
) -> Result<Vec<String>, Error> {
    provider(draft.kind, &draft.base_url, key, &draft.settings)?.models(&transport(draft)?).await
}

fn transport(draft: &Draft) -> Result<Transport, Error> {
    let own = draft.settings.timeouts();
    Transport::new(Timeouts {
        connect: own.connect.min(PATIENCE),
        headers: own.headers.min(PATIENCE),
        idle: own.idle.min(PATIENCE),
        total: own.total.min(PATIENCE),
    })
}
