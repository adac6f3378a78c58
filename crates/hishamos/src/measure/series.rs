//! One histogram: a few numbers that calls add to.

use std::sync::atomic::{AtomicU64, Ordering};

use metrics::HistogramFn;

/// What is measured, as the conventions have it.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Its name for Prometheus.
    pub(super) scraped: &'static str,
    pub(super) unit: &'static str,
    pub(super) about: &'static str,
    /// The largest value of each bucket but the last, which has none.
    pub(super) bounds: [f64; BOUNDS],
}

/// How many bounds each kind has.
const BOUNDS: usize = 14;

/// Everything that is measured by the conventions.
pub(super) static KINDS: [Kind; 2] = [
    Kind {
        name: "gen_ai.client.token.usage",
        scraped: "gen_ai_client_token_usage",
        unit: "{token}",
        about: "Number of input and output tokens used.",
        bounds: [
            1.0,
            4.0,
            16.0,
            64.0,
            256.0,
            1_024.0,
            4_096.0,
            16_384.0,
            65_536.0,
            262_144.0,
            1_048_576.0,
            4_194_304.0,
            16_777_216.0,
            67_108_864.0,
        ],
    },
    Kind {
        name: "gen_ai.client.operation.duration",
        scraped: "gen_ai_client_operation_duration_seconds",
        unit: "s",
        about: "GenAI operation duration.",
        bounds: [
            0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
        ],
    },
];

/// A histogram with its labels.
#[derive(Debug)]
pub(super) struct Series {
    kind: &'static Kind,
    /// Sorted by key.
    labels: Vec<(String, String)>,
    counts: [AtomicU64; BOUNDS + 1],
    /// The bits of a number.
    sum: AtomicU64,
}

/// What a histogram has counted at one moment.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) labels: Vec<(String, String)>,
    /// How many values each bucket holds.
    pub(super) counts: [u64; BOUNDS + 1],
    pub(super) count: u64,
    pub(super) sum: f64,
}

impl Series {
    /// One that has counted nothing.
    pub(super) fn new(kind: &'static Kind, labels: Vec<(String, String)>) -> Self {
        Self { kind, labels, counts: Default::default(), sum: AtomicU64::new(0.0_f64.to_bits()) }
    }

    pub(super) fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// Whether this is the one with these labels.
    pub(super) fn is(&self, kind: &'static Kind, labels: &[(String, String)]) -> bool {
        self.kind.name == kind.name && self.labels == labels
    }

    /// What it has counted so far.
    pub(super) fn snapshot(&self) -> Snapshot {
        let counts = self.counts.each_ref().map(|count| count.load(Ordering::Relaxed));
        Snapshot {
            labels: self.labels.clone(),
            counts,
            count: counts.iter().sum(),
            sum: f64::from_bits(self.sum.load(Ordering::Relaxed)),
        }
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        let bucket = self.kind.bounds.partition_point(|bound| *bound < value);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        let add = |bits| Some((f64::from_bits(bits) + value).to_bits());
        // it always has something to add, so it never refuses
        let _ = self.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}
