//! Whether something that is looked at again and again grows.

/// How a value moved.
#[derive(Debug, PartialEq)]
pub struct Drift {
    /// The smallest that was seen.
    pub least: f64,
    /// The largest.
    pub most: f64,
    /// How much more it was in the last quarter than in the first, on average.
    pub by: f64,
}

impl Drift {
    /// Of values with their times, in the order of time; nothing for less than four.
    pub fn of(series: &[(f64, f64)]) -> Option<Self> {
        let quarter = series.len() / 4;
        if quarter == 0 {
            return None;
        }
        let values = || series.iter().map(|(_, value)| *value);
        let mean = |part: &[(f64, f64)]| {
            part.iter().map(|(_, value)| value).sum::<f64>() / part.len() as f64
        };
        Some(Self {
            least: values().fold(f64::INFINITY, f64::min),
            most: values().fold(f64::NEG_INFINITY, f64::max),
            by: mean(&series[series.len() - quarter..]) - mean(&series[..quarter]),
        })
    }
}

/// By how much the values rise in one unit of time: the line with the least squares.
pub fn slope(series: &[(f64, f64)]) -> f64 {
    let count = series.len() as f64;
    let at = series.iter().map(|(at, _)| at).sum::<f64>() / count;
    let value = series.iter().map(|(_, value)| value).sum::<f64>() / count;
    let both: f64 = series.iter().map(|(x, y)| (x - at) * (y - value)).sum();
    let spread: f64 = series.iter().map(|(x, _)| (x - at).powi(2)).sum();
    both / spread
}

#[cfg(test)]
mod tests {
    use super::{Drift, slope};

    fn series(of: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (0..100).map(|at| (f64::from(at), of(f64::from(at)))).collect()
    }

    #[test]
    fn the_slope_of_a_line_is_found_under_noise() {
        assert!((slope(&series(|at| 7.0 + 3.0 * at)) - 3.0).abs() < 1e-9);
        let noisy = series(|at| 7.0 + 3.0 * at + if at % 2.0 == 0.0 { 5.0 } else { -5.0 });
        assert!((slope(&noisy) - 3.0).abs() < 0.01);
        assert!(slope(&series(|_| 4.0)).abs() < 1e-9);
    }

    #[test]
    fn what_grows_drifts_and_what_swings_does_not() {
        let grown = Drift::of(&series(|at| at)).expect("enough values");
        assert_eq!(grown, Drift { least: 0.0, most: 99.0, by: 75.0 });
        let swung = Drift::of(&series(|at| at % 2.0)).expect("enough values");
        assert!(swung.by.abs() < 0.1, "{swung:?}");
        assert_eq!(Drift::of(&series(|at| at)[..3]), None);
    }
}
