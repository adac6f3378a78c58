//! Counts for Prometheus and histograms by OpenTelemetry's conventions, prepared once so that
//! a call only adds.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use foldhash::HashMap;
use metrics::{Counter, Histogram, Label, counter, histogram};

use super::{Answered, Operation, Told};

/// How many pairs of provider and model get counts of their own, for each operation.
const PAIRS: usize = 500;
/// The conventions' histogram of tokens.
const TOKENS: &str = "gen_ai.client.token.usage";
/// The conventions' histogram of seconds.
const SECONDS: &str = "gen_ai.client.operation.duration";

/// How a call of an outside client ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was answered.
    Ok,
    /// It was answered from the cache.
    Cached,
    /// It was answered as a question that means the same was.
    Semantic,
    /// It was refused or failed.
    Failed,
}

/// The counts of the doors and of all calls of models.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    doors: RwLock<HashMap<&'static str, Door>>,
    /// By operation.
    models: [RwLock<Models>; Operation::COUNT],
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
    semantic: Counter,
    failed: Counter,
    seconds: Histogram,
}

struct Model {
    labels: Vec<Label>,
    input: Histogram,
    output: Histogram,
    cost: Counter,
    seconds: Histogram,
    /// Seconds of calls that failed, by the error's code.
    failed: RwLock<HashMap<String, Histogram>>,
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
            semantic: calls("semantic"),
            failed: calls("failed"),
            seconds: histogram!("hishamos_door_call_seconds", "door" => door),
        }
    }
}

impl Model {
    fn new(operation: Operation, provider: &str, model: &str) -> Self {
        let label = |key: &'static str, value: &str| Label::new(key, value.to_owned());
        let cost =
            vec![label("gen_ai_provider_name", provider), label("gen_ai_request_model", model)];
        let labels = vec![
            label("gen_ai.operation.name", operation.as_str()),
            label("gen_ai.provider.name", provider),
            label("gen_ai.request.model", model),
        ];
        let tokens = |kind| histogram!(TOKENS, with(&labels, "gen_ai.token.type", kind));
        Self {
            input: tokens("input"),
            output: tokens("output"),
            cost: counter!("hishamos_model_cost_micros_total", cost),
            seconds: histogram!(SECONDS, labels.clone()),
            failed: RwLock::default(),
            labels,
        }
    }

    /// A call has ended.
    fn add(&self, took: Duration, outcome: Result<Answered<'_>, &str>) {
        let seconds = took.as_secs_f64();
        match outcome {
            Ok(Answered { usage, cost, finish: _ }) => {
                self.input.record(usage.input as f64);
                if usage.output > 0 {
                    self.output.record(usage.output as f64);
                }
                self.cost.increment(u64::try_from(cost.0).unwrap_or(0));
                self.seconds.record(seconds);
            }
            Err(code) => self.failed(code, seconds),
        }
    }

    fn failed(&self, code: &str, seconds: f64) {
        let failed = self.failed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(histogram) = failed.get(code) {
            return histogram.record(seconds);
        }
        drop(failed);
        let made = || histogram!(SECONDS, with(&self.labels, "error.type", code));
        let mut failed = self.failed.write().unwrap_or_else(PoisonError::into_inner);
        failed.entry(code.to_owned()).or_insert_with(made).record(seconds);
    }
}

/// These labels and one more.
fn with(labels: &[Label], key: &'static str, value: &str) -> Vec<Label> {
    labels.iter().cloned().chain([Label::new(key, value.to_owned())]).collect()
}

impl Meters {
    /// A call of a door has ended.
    pub(crate) fn door(&self, door: &'static str, ending: Ending, took: Duration) {
        let add = |meters: &Door| {
            match ending {
                Ending::Ok => meters.ok.increment(1),
                Ending::Cached => meters.cached.increment(1),
                Ending::Semantic => meters.semantic.increment(1),
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

    /// A call of a model has ended.
    pub(super) fn model(&self, told: Told<'_>) {
        let Told { operation, place: (provider, model), took, outcome } = told;
        let of_operation = &self.models[operation as usize];
        let models = of_operation.read().unwrap_or_else(PoisonError::into_inner);
        let known = models.by_provider.get(provider).and_then(|models| models.get(model));
        if let Some(meters) = known {
            return meters.add(took, outcome);
        }
        drop(models);
        let mut models = of_operation.write().unwrap_or_else(PoisonError::into_inner);
        models.make(operation, provider, model).add(took, outcome);
    }
}

impl Models {
    /// The counts of a pair that is new.
    fn make(&mut self, operation: Operation, provider: &str, model: &str) -> &Model {
        // names come from clients: they must not make time series without end
        let model = if self.pairs < PAIRS { model } else { "other" };
        let models = self.by_provider.entry(provider.to_owned()).or_default();
        models.entry(model.to_owned()).or_insert_with(|| {
            self.pairs += 1;
            Model::new(operation, provider, model)
        })
    }
}
