//! The figures of a run, the bars they are held against, and what could not be measured.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::bench::engine::record::Record;
use crate::bench::engine::table::{columns_and_rows, number};
use crate::bench::figure::{Figure, append};

/// What a figure has to be.
#[derive(Debug, Clone, Copy)]
pub enum Bar {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
}

impl Bar {
    /// A figure that is none keeps no bar.
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }

    fn words(self) -> String {
        match self {
            Self::AtMost(most) => format!("<= {}", number(most)),
            Self::AtLeast(least) => format!(">= {}", number(least)),
        }
    }
}

/// All of it.
pub struct Score {
    record: Record,
    bars: Vec<(&'static str, Bar)>,
    not_measured: Vec<String>,
}

impl Score {
    pub const fn new() -> Self {
        Self { record: Record::new(), bars: Vec::new(), not_measured: Vec::new() }
    }

    /// Add a figure without a bar.
    pub fn add(
        &mut self,
        peer: &'static str,
        metric: &'static str,
        value: f64,
        unit: &'static str,
    ) {
        self.record.add(peer, metric, value, unit);
    }

    /// Add a figure with its bar.
    pub fn hold(
        &mut self,
        peer: &'static str,
        metric: &'static str,
        value: f64,
        unit: &'static str,
        bar: Bar,
    ) {
        self.add(peer, metric, value, unit);
        if !self.bars.iter().any(|(known, _)| *known == metric) {
            self.bars.push((metric, bar));
        }
    }

    /// Say that something was not measured, and why.
    pub fn leave_out(&mut self, what: String) {
        println!("not measured: {what}");
        self.not_measured.push(what);
    }

    /// Print the table and write the figures; an error when a bar was missed, or when
    /// something was not measured.
    pub fn finish(&self, file: Option<&Path>) -> Result<()> {
        let figures = self.record.figures();
        for line in lines(&figures, &self.bars) {
            println!("{line}");
        }
        append(&figures, file)?;
        let complaints = [
            ("bars missed", missed(&figures, &self.bars)),
            ("not measured", self.not_measured.clone()),
        ];
        let complaints: Vec<String> = complaints
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(what, list)| format!("{what}: {}", list.join("; ")))
            .collect();
        ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
        Ok(())
    }
}

fn bar_of(metric: &str, bars: &[(&'static str, Bar)]) -> Option<Bar> {
    bars.iter().find(|(known, _)| *known == metric).map(|(_, bar)| *bar)
}

fn missed(figures: &[Figure], bars: &[(&'static str, Bar)]) -> Vec<String> {
    let miss = |figure: &Figure| {
        let bar = bar_of(figure.metric, bars).filter(|bar| !bar.holds(figure.value))?;
        let (peer, metric, unit) = (figure.peer, figure.metric, figure.unit);
        Some(format!("{peer} {metric}: {} {unit} ({})", number(figure.value), bar.words()))
    };
    figures.iter().filter_map(miss).collect()
}

/// A line a metric, a column a database, and what is wanted; a missed bar says so.
fn lines(figures: &[Figure], bars: &[(&'static str, Bar)]) -> Vec<String> {
    let (peers, metrics) = columns_and_rows(figures);
    let rules: String = peers.iter().map(|_| "---:|").collect();
    let mut lines =
        vec![format!("| | wanted | {} |", peers.join(" | ")), format!("|---|---:|{rules}")];
    for (metric, unit) in metrics {
        let bar = bar_of(metric, bars);
        let cell = |peer: &&str| {
            let found =
                figures.iter().find(|figure| figure.peer == *peer && figure.metric == metric);
            found.map_or_else(String::new, |figure| match bar {
                Some(bar) if !bar.holds(figure.value) => {
                    format!("{} MISSED", number(figure.value))
                }
                Some(_) | None => number(figure.value),
            })
        };
        let cells: Vec<String> = peers.iter().map(cell).collect();
        let wanted = bar.map_or_else(String::new, Bar::words);
        lines.push(format!("| {metric} ({unit}) | {wanted} | {} |", cells.join(" | ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(peer: &'static str, metric: &'static str, value: f64) -> Figure {
        Figure { peer, metric, value, unit: "ms" }
    }

    #[test]
    fn missed_bars_are_told() {
        let bars = [("L2 p50", Bar::AtMost(10.0)), ("L1", Bar::AtLeast(500.0))];
        let figures = [
            figure("a", "L2 p50", 10.0),
            figure("b", "L2 p50", 12.5),
            figure("a", "L1", 499.0),
            figure("a", "other", f64::NAN),
        ];
        let expected = [
            "| | wanted | a | b |",
            "|---|---:|---:|---:|",
            "| L2 p50 (ms) | <= 10 | 10 | 12.5 MISSED |",
            "| L1 (ms) | >= 500 | 499 MISSED |  |",
            "| other (ms) |  | NaN |  |",
        ];
        assert_eq!(lines(&figures, &bars), expected);
        assert_eq!(missed(&figures, &bars), ["b L2 p50: 12.5 ms (<= 10)", "a L1: 499 ms (>= 500)"]);
    }

    #[test]
    fn no_figure_keeps_no_bar() {
        assert!(!Bar::AtMost(1.0).holds(f64::NAN));
        assert!(!Bar::AtLeast(1.0).holds(f64::NAN));
    }
}
