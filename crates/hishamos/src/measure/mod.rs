//! Histograms of model calls by OpenTelemetry's conventions for generative AI. What a scraper
//! of Prometheus reads and what a collector is sent come from the same counts.
//!
//! [`Recorder`] hears of everything that the program counts; it keeps the histograms `gen_ai.*`
//! itself (`series.rs`) and leaves the rest to Prometheus. `text.rs` and `otlp.rs` write them
//! down, `post.rs` sends them.

mod otlp;
mod post;
mod recorder;
mod series;
mod text;

use std::sync::{Arc, Mutex, PoisonError};

use metrics::Key;

pub use post::Post;
pub use recorder::Recorder;
use series::{KINDS, Kind, Series, Snapshot};

/// All histograms of the program. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Measures(Arc<Mutex<Vec<Arc<Series>>>>);

impl Measures {
    /// The histogram of this kind with these labels, made when it is new. Whoever counts keeps
    /// it, so this is asked seldom.
    fn series(&self, kind: &'static Kind, key: &Key) -> Arc<Series> {
        let mut labels: Vec<(String, String)> =
            key.labels().map(|label| (label.key().to_owned(), label.value().to_owned())).collect();
        labels.sort();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.iter().find(|series| series.is(kind, &labels)) {
            return known.clone();
        }
        let series = Arc::new(Series::new(kind, labels));
        all.push(series.clone());
        series
    }

    /// What was counted so far, by kind; series that counted nothing and kinds without series
    /// are left out.
    fn snapshot(&self) -> Vec<(&'static Kind, Vec<Snapshot>)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let of = |kind: &'static Kind| {
            let of_kind = all.iter().filter(|series| series.kind().name == kind.name);
            let counted: Vec<Snapshot> =
                of_kind.map(|series| series.snapshot()).filter(|one| one.count > 0).collect();
            (kind, counted)
        };
        KINDS.iter().map(of).filter(|(_, counted)| !counted.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn measures() -> Measures {
        let measures = Measures::default();
        let count = |kind: usize, labels: &[(&'static str, &'static str)], values: &[f64]| {
            let series = measures.series(&KINDS[kind], &Key::from_parts("any", labels));
            for value in values {
                metrics::HistogramFn::record(&*series, *value);
            }
        };
        count(0, &[("gen_ai.token.type", "input")], &[1.0, 2.0, 70_000_000.0]);
        // the same series, whatever the order of its labels
        count(1, &[("a", "x\"\\\n"), ("b", "y")], &[0.01]);
        count(1, &[("b", "y"), ("a", "x\"\\\n")], &[100.0]);
        count(1, &[("b", "never")], &[]);
        measures
    }

    #[test]
    fn prometheus_reads_growing_buckets_sum_and_count() {
        let text = measures().text();
        for line in [
            "# TYPE gen_ai_client_token_usage histogram",
            "gen_ai_client_token_usage_bucket{gen_ai_token_type=\"input\",le=\"1\"} 1",
            "gen_ai_client_token_usage_bucket{gen_ai_token_type=\"input\",le=\"4\"} 2",
            "gen_ai_client_token_usage_bucket{gen_ai_token_type=\"input\",le=\"67108864\"} 2",
            "gen_ai_client_token_usage_bucket{gen_ai_token_type=\"input\",le=\"+Inf\"} 3",
            "gen_ai_client_token_usage_sum{gen_ai_token_type=\"input\"} 70000003",
            "gen_ai_client_token_usage_count{gen_ai_token_type=\"input\"} 3",
            "# TYPE gen_ai_client_operation_duration_seconds histogram",
            "gen_ai_client_operation_duration_seconds_bucket{a=\"x\\\"\\\\\\n\",b=\"y\",le=\"0.01\"} 1",
            "gen_ai_client_operation_duration_seconds_bucket{a=\"x\\\"\\\\\\n\",b=\"y\",le=\"81.92\"} 1",
            "gen_ai_client_operation_duration_seconds_count{a=\"x\\\"\\\\\\n\",b=\"y\"} 2",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
        assert!(!text.contains("never"), "{text}");
        assert_eq!(Measures::default().text(), "");
    }

    #[test]
    fn collector_is_sent_buckets_of_their_own_and_bounds() {
        let told = measures().otlp(1_000, 2_500).unwrap();
        let metrics = &told["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
        assert_eq!(metrics.as_array().unwrap().len(), 2);
        let tokens = &metrics[0];
        assert_eq!(tokens["name"], "gen_ai.client.token.usage");
        assert_eq!(tokens["unit"], "{token}");
        // what was counted since the start, not since the last time
        assert_eq!(tokens["histogram"]["aggregationTemporality"], 2);
        let point = &tokens["histogram"]["dataPoints"][0];
        assert_eq!(point["startTimeUnixNano"], "1000000000");
        assert_eq!(point["timeUnixNano"], "2500000000");
        assert_eq!((&point["count"], &point["sum"]), (&json!("3"), &json!(70_000_003.0)));
        let (counts, bounds) = (&point["bucketCounts"], &point["explicitBounds"]);
        let counts = counts.as_array().unwrap();
        assert_eq!(counts.len(), bounds.as_array().unwrap().len() + 1);
        for filled in [0, 1, 14] {
            assert_eq!(counts[filled], "1", "{counts:?}");
        }
        let attribute = &point["attributes"][0];
        assert_eq!(attribute["key"], "gen_ai.token.type");
        assert_eq!(attribute["value"]["stringValue"], "input");
        assert!(Measures::default().otlp(1_000, 2_500).is_none());
    }
}
