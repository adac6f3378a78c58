//! A minute that slides: what was let through, and when something is let through again.
//! Pure; times are milliseconds of a clock that only goes forward.

use std::collections::VecDeque;

/// How much later than its moment a call may go: it waits for a connection, or for others.
pub(super) const LATE_MS: i64 = 1_000;
/// The length of the window: a minute, and the time by which a call in it may be late.
pub(super) const WINDOW_MS: i64 = 60_000 + LATE_MS;
/// Entries this close together are one, as old as the youngest of them, so that a busy
/// limit does not keep a list of everything: the count stays on the safe side.
const GRAIN_MS: i64 = 10;

/// Counts what passes in any minute. Entries may lie in the future: they are the places of
/// those who wait, in order.
#[derive(Debug, Default)]
pub(super) struct Window {
    entries: VecDeque<(i64, i64)>,
    sum: i64,
}

impl Window {
    /// Forgets what no minute from now on can hold.
    fn forget(&mut self, now: i64) {
        while let Some((at, amount)) = self.entries.front().copied()
            && at <= now - WINDOW_MS
        {
            self.sum -= amount;
            self.entries.pop_front();
        }
    }

    /// The first moment from `from` on at which `amount` more keeps every minute within
    /// `limit`; `None` when it is more than a minute can ever hold. Those who wait count, so
    /// whoever comes later goes later.
    pub(super) fn free_at(&mut self, now: i64, from: i64, amount: i64, limit: i64) -> Option<i64> {
        self.forget(now);
        if amount > limit {
            return None;
        }
        let mut over = self.sum + amount - limit;
        let mut at = from;
        for (entry_at, entry) in &self.entries {
            if *entry_at <= from - WINDOW_MS {
                over -= entry;
                continue;
            }
            if over <= 0 {
                break;
            }
            over -= entry;
            at = entry_at + WINDOW_MS;
        }
        Some(at.max(from))
    }

    /// Counts `amount` at a moment.
    pub(super) fn add(&mut self, at: i64, amount: i64) {
        self.sum += amount;
        let index = self.entries.partition_point(|(entry_at, _)| *entry_at <= at);
        if index > 0
            && let Some(last) = self.entries.get_mut(index - 1)
            && last.0 / GRAIN_MS == at / GRAIN_MS
        {
            *last = (at, last.1 + amount);
            return;
        }
        self.entries.insert(index, (at, amount));
    }

    /// Corrects what was counted at a moment, as far as it is still remembered.
    pub(super) fn correct(&mut self, at: i64, change: i64) {
        let grain = at / GRAIN_MS;
        let found =
            self.entries.iter_mut().rev().find(|(entry_at, _)| entry_at / GRAIN_MS == grain);
        if let Some((_, amount)) = found {
            let change = change.max(-*amount);
            *amount += change;
            self.sum += change;
        }
    }

    /// Whether nothing is remembered.
    pub(super) fn is_empty(&mut self, now: i64) -> bool {
        self.forget(now);
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_never_holds_more_than_the_limit() {
        let check = |limit: i64, arrivals: &[(i64, i64)], expected: &[Option<i64>]| {
            let mut window = Window::default();
            let got: Vec<Option<i64>> = arrivals
                .iter()
                .map(|(now, amount)| {
                    let at = window.free_at(*now, *now, *amount, limit);
                    if let Some(at) = at {
                        window.add(at, *amount);
                    }
                    at
                })
                .collect();
            assert_eq!(got, expected, "limit {limit}, {arrivals:?}");
        };
        check(2, &[(0, 1), (100, 1), (200, 1)], &[Some(0), Some(100), Some(WINDOW_MS)]);
        // whoever comes later goes later
        check(1, &[(0, 1), (10, 1), (20, 1)], &[Some(0), Some(WINDOW_MS), Some(2 * WINDOW_MS)]);
        check(10, &[(0, 11)], &[None]);
        check(10, &[(0, 6), (1_000, 4), (2_000, 5)], &[Some(0), Some(1_000), Some(WINDOW_MS)]);
        check(2, &[(0, 2), (WINDOW_MS, 2)], &[Some(0), Some(WINDOW_MS)]);
        check(2, &[(0, 2), (WINDOW_MS - 1, 1)], &[Some(0), Some(WINDOW_MS)]);
    }

    #[test]
    fn every_window_of_a_busy_hour_keeps_the_limit() {
        let (limit, mut window) = (50, Window::default());
        let mut passed: Vec<i64> = Vec::new();
        let mut luck = 7_u64;
        let mut now = 0;
        for _ in 0..4_000 {
            luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            now += i64::try_from(luck >> 33).unwrap_or(0) % 1_500;
            if let Some(at) = window.free_at(now, now, 1, limit)
                && at - now <= 10_000
            {
                window.add(at, 1);
                passed.push(at);
            }
        }
        passed.sort_unstable();
        assert!(passed.len() > 1_000);
        for (index, at) in passed.iter().enumerate() {
            let inside = passed[index..].iter().take_while(|one| **one < at + WINDOW_MS).count();
            assert!(inside as i64 <= limit, "{inside} within a minute from {at}");
        }
    }

    #[test]
    fn a_correction_frees_or_takes() {
        let mut window = Window::default();
        window.add(0, 80);
        assert_eq!(window.free_at(100, 100, 30, 100), Some(WINDOW_MS));
        window.correct(0, -50);
        assert_eq!(window.free_at(100, 100, 30, 100), Some(100));
        window.correct(0, 60);
        assert_eq!(window.free_at(100, 100, 30, 100), Some(WINDOW_MS));
        // what was forgotten is not corrected
        assert!(window.is_empty(WINDOW_MS));
        window.correct(0, 60);
        assert!(window.is_empty(WINDOW_MS));
    }
}
