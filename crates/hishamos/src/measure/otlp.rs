//! Histograms in the form of OTLP.

use serde_json::{Value as Json, json};

use super::Measures;
use super::series::{Kind, Snapshot};
use crate::collector;

/// OTLP's word for counts since the start.
const CUMULATIVE: u8 = 2;

impl Measures {
    /// What was counted between the start and now, as a collector reads it; nothing when
    /// nothing was. Times are milliseconds since 1970.
    pub fn otlp(&self, start: i64, now: i64) -> Option<Json> {
        let all = self.snapshot();
        if all.is_empty() {
            return None;
        }
        let metrics: Vec<Json> =
            all.iter().map(|(kind, all)| metric(kind, all, start, now)).collect();
        Some(json!({"resourceMetrics": [{
            "resource": collector::resource(),
            "scopeMetrics": [{"scope": collector::scope(), "metrics": metrics}],
        }]}))
    }
}

fn metric(kind: &Kind, all: &[Snapshot], start: i64, now: i64) -> Json {
    let points: Vec<Json> = all.iter().map(|one| point(kind, one, start, now)).collect();
    json!({
        "name": kind.name, "description": kind.about, "unit": kind.unit,
        "histogram": {"aggregationTemporality": CUMULATIVE, "dataPoints": points},
    })
}

fn point(kind: &Kind, one: &Snapshot, start: i64, now: i64) -> Json {
    let attributes: Vec<Json> =
        one.labels.iter().map(|(key, value)| collector::attribute(key, value)).collect();
    // whole numbers of 64 bits are texts in JSON
    let counts = one.counts.map(|count| count.to_string());
    json!({
        "attributes": attributes, "startTimeUnixNano": collector::nanos(start),
        "timeUnixNano": collector::nanos(now), "count": one.count.to_string(), "sum": one.sum,
        "bucketCounts": counts, "explicitBounds": kind.bounds,
    })
}
