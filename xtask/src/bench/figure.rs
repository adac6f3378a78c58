//! A measured figure.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// One figure, in the form that side-by-side comparisons use.
#[derive(Serialize)]
pub struct Figure {
    /// Which product.
    pub peer: &'static str,
    /// What was measured.
    pub metric: &'static str,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
}

/// Print figures as a table and append them, one JSON line each, to a file if one is named.
pub fn report(figures: &[Figure], file: Option<&Path>) -> Result<()> {
    for figure in figures {
        println!("{:<28} {:>12.3} {}", figure.metric, figure.value, figure.unit);
    }
    append(figures, file)
}

/// Append figures, one JSON line each, to a file if one is named.
pub fn append(figures: &[Figure], file: Option<&Path>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let write = || format!("cannot write {}", file.display());
    let mut out = OpenOptions::new().create(true).append(true).open(file).with_context(write)?;
    for figure in figures {
        let line = serde_json::to_string(figure).context("a figure is not JSON")?;
        writeln!(out, "{line}").with_context(write)?;
    }
    Ok(())
}

/// The middle value; with an even number, the mean of the middle two.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[upper],
        _ => f64::midpoint(sorted[upper - 1], sorted[upper]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    fn check(values: &[f64], expected: f64) {
        assert!((median(values) - expected).abs() < 1e-9, "{values:?}");
    }

    #[test]
    fn median_is_the_middle_of_the_sorted_values() {
        check(&[3.0, 1.0, 2.0], 2.0);
        check(&[4.0, 1.0, 3.0, 2.0], 2.5);
        check(&[7.0], 7.0);
    }
}
