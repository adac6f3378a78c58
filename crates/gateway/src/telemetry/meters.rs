//! Counts for Prometheus, prepared once so that a call only adds.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use llm::chat::TokenUsage;
use metrics::{Counter, Histogram, counter, histogram};

/// How many pairs of provider and model get counts of their own.
const PAIRS: usize = 500;

/// How a call of an outside client ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was answered.
    Ok,
    /// It was answered from the cache.
    Cached,
    /// It was refused or failed.
    Failed,
}

/// The counts of the doors.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    doors: RwLock<HashMap<&'static str, Door>>,
    models: RwLock<HashMap<(String, String), Model>>,
}

#[derive(Clone)]
struct Door {
    ok: Counter,
    cached: Counter,
    failed: Counter,
    seconds: Histogram,
}

#[derive(Clone)]
struct Model {
    input: Counter,
    output: Counter,
    cost: Counter,
    seconds: Histogram,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Model")
    }
}

impl Door {
    fn new(door: &'static str) -> Self {
        let calls =
            |outcome| counter!("hishamos_door_calls_total", "door" => door, "outcome" => outcome);
        Self {
            ok: calls("ok"),
            cached: calls("cached"),
            failed: calls("failed"),
            seconds: histogram!("hishamos_door_call_seconds", "door" => door),
        }
    }
}

impl Model {
    fn new(provider: &str, model: &str) -> Self {
        let labels = || {
            [
                ("gen_ai_provider_name", provider.to_owned()),
                ("gen_ai_request_model", model.to_owned()),
            ]
        };
        let tokens = |kind: &str| {
            let [provider, model] = labels();
            let kind = ("gen_ai_token_type", kind.to_owned());
            counter!("gen_ai_client_token_usage_total", &[provider, model, kind])
        };
        Self {
            input: tokens("input"),
            output: tokens("output"),
            cost: counter!("hishamos_model_cost_micros_total", &labels()),
            seconds: histogram!("gen_ai_client_operation_duration_seconds", &labels()),
        }
    }
}

impl Meters {
    /// A call of a door has ended.
    pub(crate) fn door(&self, door: &'static str, ending: Ending, took: Duration) {
        let known = self.doors.read().unwrap_or_else(PoisonError::into_inner).get(door).cloned();
        let meters = known.unwrap_or_else(|| {
            let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
            doors.entry(door).or_insert_with(|| Door::new(door)).clone()
        });
        match ending {
            Ending::Ok => meters.ok.increment(1),
            Ending::Cached => meters.cached.increment(1),
            Ending::Failed => meters.failed.increment(1),
        }
        meters.seconds.record(took.as_secs_f64());
    }

    /// A model has answered.
    pub(crate) fn model(
        &self,
        (provider, model): (&str, &str),
        usage: &TokenUsage,
        micros: i64,
        took: Duration,
    ) {
        let meters = self.of(provider, model);
        meters.input.increment(usage.input);
        meters.output.increment(usage.output);
        meters.cost.increment(u64::try_from(micros).unwrap_or(0));
        meters.seconds.record(took.as_secs_f64());
    }

    fn of(&self, provider: &str, model: &str) -> Model {
        let pair = (provider.to_owned(), model.to_owned());
        let known = self.models.read().unwrap_or_else(PoisonError::into_inner).get(&pair).cloned();
        known.unwrap_or_else(|| {
            let mut models = self.models.write().unwrap_or_else(PoisonError::into_inner);
            // names come from clients: they must not make time series without end
            let pair =
                if models.len() < PAIRS { pair } else { (provider.to_owned(), "other".to_owned()) };
            models.entry(pair.clone()).or_insert_with(|| Model::new(&pair.0, &pair.1)).clone()
        })
    }
}
