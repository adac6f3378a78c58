//! What hears of everything that the program counts.

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, SharedString, Unit};
use metrics_exporter_prometheus::PrometheusRecorder;

use super::Measures;
use super::series::KINDS;

/// Keeps the histograms of the conventions and leaves everything else to Prometheus' recorder,
/// whose histograms have bounds of ours.
pub struct Recorder {
    rest: PrometheusRecorder,
    measures: Measures,
}

impl Recorder {
    /// A recorder that keeps its histograms in `measures`.
    pub fn new(rest: PrometheusRecorder, measures: Measures) -> Self {
        Self { rest, measures }
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.rest.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.rest.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.rest.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.rest.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.rest.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        match KINDS.iter().find(|kind| kind.name == key.name()) {
            Some(kind) => Histogram::from_arc(self.measures.series(kind, key)),
            None => self.rest.register_histogram(key, metadata),
        }
    }
}
