//! Histograms in Prometheus' text format.

use std::fmt::Write as _;

use super::Measures;
use super::series::{Kind, Snapshot};

impl Measures {
    /// What was counted so far, for a scraper.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (kind, all) in self.snapshot() {
            let name = kind.scraped;
            // writing to a text does not fail
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} histogram", kind.about);
            for one in &all {
                write(&mut text, kind, one);
            }
            text.push('\n');
        }
        text
    }
}

fn write(text: &mut String, kind: &Kind, one: &Snapshot) {
    let (name, labels) = (kind.scraped, labels(&one.labels));
    let comma = if labels.is_empty() { "" } else { "," };
    let mut so_far = 0;
    let bounds = kind.bounds.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
    for (count, bound) in one.counts.iter().zip(bounds) {
        so_far += count;
        let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {so_far}");
    }
    let _ = writeln!(text, "{name}_sum{{{labels}}} {}", one.sum);
    let _ = writeln!(text, "{name}_count{{{labels}}} {}", one.count);
}

fn labels(labels: &[(String, String)]) -> String {
    let all = labels.iter().map(|(key, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        // the conventions' names have points, which Prometheus does not take
        format!("{}=\"{value}\"", key.replace('.', "_"))
    });
    all.collect::<Vec<_>>().join(",")
}
