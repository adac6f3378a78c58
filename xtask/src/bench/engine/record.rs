//! What was measured so far, with repetitions; the median of each is what is reported.

use crate::bench::engine::{floor, memory};
use crate::bench::figure::{Figure, median};

/// One kind of figure of one engine, in the order in which they came.
struct Series {
    peer: &'static str,
    metric: &'static str,
    unit: &'static str,
    values: Vec<f64>,
}

/// All figures.
pub struct Record(Vec<Series>);

impl Record {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Add one figure and print it with what disturbs it: other load, a slow disk.
    pub fn add(
        &mut self,
        peer: &'static str,
        metric: &'static str,
        value: f64,
        unit: &'static str,
    ) {
        println!(
            "{peer:<18} {metric:<44} {value:>12.3} {unit:<10} load {:.1}, fsync {:.2} ms",
            memory::load(),
            floor::probe_ms()
        );
        let known = self.0.iter_mut().find(|series| series.peer == peer && series.metric == metric);
        match known {
            Some(series) => series.values.push(value),
            None => self.0.push(Series { peer, metric, unit, values: vec![value] }),
        }
    }

    /// The median of each series.
    pub fn figures(&self) -> Vec<Figure> {
        let figure = |series: &Series| Figure {
            peer: series.peer,
            metric: series.metric,
            value: median(&series.values),
            unit: series.unit,
        };
        self.0.iter().map(figure).collect()
    }
}
