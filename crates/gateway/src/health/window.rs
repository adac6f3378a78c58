//! How many requests and tokens a platform was given in the last minute.

/// The minute in slices of five seconds.
const SLICES: u64 = 12;
const SLICE_MS: u64 = 5_000;

/// The last minute. Time is a number of milliseconds that only grows.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// For each slice: its number since the start, requests, tokens.
    slices: [(u64, u64, u64); SLICES as usize],
}

impl Window {
    /// Counts.
    pub(crate) fn add(&mut self, now: u64, requests: u64, tokens: u64) {
        let number = now / SLICE_MS;
        let slice = &mut self.slices[(number % SLICES) as usize];
        if slice.0 != number {
            *slice = (number, 0, 0);
        }
        slice.1 += requests;
        slice.2 += tokens;
    }

    /// Requests and tokens of the last minute.
    pub(crate) fn sum(&self, now: u64) -> (u64, u64) {
        let number = now / SLICE_MS;
        let fresh = self.slices.iter().filter(|slice| number.saturating_sub(slice.0) < SLICES);
        fresh.fold((0, 0), |sum, slice| (sum.0 + slice.1, sum.1 + slice.2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_last_minute_and_forgets_the_rest() {
        let mut window = Window::default();
        window.add(0, 1, 10);
        window.add(4_999, 1, 10);
        window.add(30_000, 2, 5);
        assert_eq!(window.sum(30_000), (4, 25));
        assert_eq!(window.sum(59_999), (4, 25));
        assert_eq!(window.sum(60_000), (2, 5));
        window.add(60_000, 1, 1);
        assert_eq!(window.sum(60_000), (3, 6));
        assert_eq!(window.sum(500_000), (0, 0));
    }
}
