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
    models: RwLock<Models>,
}

/// Counts by provider and model.
#[derive(Debug, Default)]
struct Models {
    pairs: usize,
    by_provider: HashMap<String, HashMap<String, Model>>,
}

struct Door {
    ok: Counter,
    cached: Counter,
    failed: Counter,
    seconds: Histogram,
}

struct Model {
    input: Counter,
    output: Counter,
    cost: Counter,
    seconds: Histogram,
}

/// Counts of the calls of one platform that are answered; the others are too few to matter.
pub(crate) struct CallMeters {
    answered: Counter,
    seconds: Histogram,
}

impl CallMeters {
    /// The counts of a platform.
    pub(crate) fn new(provider: &str) -> Self {
        let provider = provider.to_owned();
        Self {
            answered: counter!("hishamos_model_calls_total", "provider" => provider.clone(), "outcome" => "ok"),
            seconds: histogram!("hishamos_model_call_seconds", "provider" => provider),
        }
    }

    /// A call was answered.
    pub(crate) fn answered(&self, took: Duration) {
        self.answered.increment(1);
        self.seconds.record(took.as_secs_f64());
    }
}

impl std::fmt::Debug for CallMeters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallMeters")
    }
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
        let add = |meters: &Door| {
            match ending {
                Ending::Ok => meters.ok.increment(1),
                Ending::Cached => meters.cached.increment(1),
                Ending::Failed => meters.failed.increment(1),
            }
            meters.seconds.record(took.as_secs_f64());
        };
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(meters) = doors.get(door) {
            return add(meters);
        }
        drop(doors);
        let mut doors = self.doors.write().unwrap_or_else(PoisonError::into_inner);
        add(doors.entry(door).or_insert_with(|| Door::new(door)));
    }

    /// A model has answered.
    pub(crate) fn model(
        &self,
        (provider, model): (&str, &str),
        usage: &TokenUsage,
        micros: i64,
        took: Duration,
    ) {
        let add = |meters: &Model| {
            meters.input.increment(usage.input);
            meters.output.increment(usage.output);
            meters.cost.increment(u64::try_from(micros).unwrap_or(0));
            meters.seconds.record(took.as_secs_f64());
        };
        let models = self.models.read().unwrap_or_else(PoisonError::into_inner);
        let known = models.by_provider.get(provider).and_then(|models| models.get(model));
        if let Some(meters) = known {
            return add(meters);
        }
        drop(models);
        add(self.models.write().unwrap_or_else(PoisonError::into_inner).make(provider, model));
    }
}

impl Models {
    /// The counts of a pair that is new.
    fn make(&mut self, provider: &str, model: &str) -> &Model {
        // names come from clients: they must not make time series without end
        let model = if self.pairs < PAIRS { model } else { "other" };
        let models = self.by_provider.entry(provider.to_owned()).or_default();
        models.entry(model.to_owned()).or_insert_with(|| {
            self.pairs += 1;
            Model::new(provider, model)
        })
    }
}
