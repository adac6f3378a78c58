//! The figures side by side: a line a metric, a column an engine.

use crate::bench::figure::Figure;

/// Print them.
pub fn print(figures: &[Figure]) {
    for line in lines(figures) {
        println!("{line}");
    }
}

fn lines(figures: &[Figure]) -> Vec<String> {
    let (peers, metrics) = columns_and_rows(figures);
    let rules: String = peers.iter().map(|_| "---:|").collect();
    let mut lines = vec![format!("| | {} |", peers.join(" | ")), format!("|---|{rules}")];
    for (metric, unit) in metrics {
        let cell = |peer: &&str| {
            let mut figures = figures.iter();
            let found = figures.find(|figure| {
                figure.peer == *peer && figure.metric == metric && figure.unit == unit
            });
            found.map_or_else(String::new, |figure| number(figure.value))
        };
        let cells: Vec<String> = peers.iter().map(cell).collect();
        lines.push(format!("| {metric} ({unit}) | {} |", cells.join(" | ")));
    }
    lines
}

/// The peers and the metrics with their units, in the order in which they come.
pub fn columns_and_rows(figures: &[Figure]) -> (Vec<&str>, Vec<(&str, &str)>) {
    let mut peers = Vec::new();
    let mut metrics = Vec::new();
    for figure in figures {
        if !peers.contains(&figure.peer) {
            peers.push(figure.peer);
        }
        if !metrics.contains(&(figure.metric, figure.unit)) {
            metrics.push((figure.metric, figure.unit));
        }
    }
    (peers, metrics)
}

/// Three figures that count.
pub fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        middle if middle >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_under_their_engine() {
        let figure = |peer, metric, value, unit| Figure { peer, metric, value, unit };
        let lines = lines(&[
            figure("a", "W1 runs", 2815.4, "runs/s"),
            figure("b", "W1 runs", 563.0, "runs/s"),
            figure("b", "W4 p50", 8.125, "ms"),
        ]);
        let expected = [
            "| | a | b |",
            "|---|---:|---:|",
            "| W1 runs (runs/s) | 2815 | 563 |",
            "| W4 p50 (ms) |  | 8.12 |",
        ];
        assert_eq!(lines, expected);
    }
}
