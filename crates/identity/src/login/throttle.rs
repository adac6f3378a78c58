//! How guessing passwords is slowed: pure rules over the times of recent attempts.

use std::time::Duration;

use base::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);

/// The longest time that matters to any rule; older attempts can be forgotten.
pub(super) const MEMORY: Duration = Duration::from_secs(3600);

/// How many attempts are let through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// At most so many within so long.
    windows: &'static [(Duration, usize)],
    /// After this many within the first window, the wait grows: 1 s, 2 s, 4 s…
    free: usize,
}

/// For one account, from wherever the guesses come: 10 in 15 minutes, 20 in an hour.
pub(super) const ACCOUNT: Limit =
    Limit { windows: &[(Duration::from_secs(15 * 60), 10), (MEMORY, 20)], free: 3 };

/// For one address, whatever the account. Generous, because an office or a proxy shares one.
pub(super) const ADDRESS: Limit =
    Limit { windows: &[(Duration::from_secs(15 * 60), 100)], free: 100 };

/// How long to wait before the next attempt, given the attempts before, oldest first.
pub(super) fn wait(limit: Limit, attempts: &[Timestamp], now: Timestamp) -> Option<Duration> {
    let full = limit.windows.iter().filter_map(|(window, most)| {
        let recent = recent(attempts, *window, now);
        let must_leave = recent.len().checked_sub(*most)?;
        Some(recent[must_leave].plus(*window).since(now))
    });
    full.chain(pause(limit, attempts, now)).filter(|wait| !wait.is_zero()).max()
}

/// The growing wait after the latest attempt.
fn pause(limit: Limit, attempts: &[Timestamp], now: Timestamp) -> Option<Duration> {
    let (window, _) = limit.windows.first()?;
    let recent = recent(attempts, *window, now);
    let beyond = recent.len().checked_sub(limit.free + 1)?;
    let pause = Duration::from_secs(1 << beyond.min(6)).min(MINUTE);
    Some(recent.last()?.plus(pause).since(now))
}

fn recent(attempts: &[Timestamp], window: Duration, now: Timestamp) -> &[Timestamp] {
    let start = now.minus(window);
    &attempts[attempts.partition_point(|at| *at <= start)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn wait_grows_and_windows_hold() {
        let check = |attempts: &[i64], now: i64, expected: Option<u64>| {
            let attempts: Vec<Timestamp> = attempts.iter().map(|seconds| at(*seconds)).collect();
            let wait = wait(ACCOUNT, &attempts, at(now)).map(|wait| wait.as_secs());
            assert_eq!(wait, expected, "{attempts:?} at {now}");
        };
        check(&[], 0, None);
        check(&[0, 0, 0], 0, None);
        check(&[0, 0, 0, 0], 0, Some(1));
        check(&[0, 0, 0, 0], 1, None);
        check(&[0, 0, 0, 0, 1], 1, Some(2));
        check(&[0, 0, 0, 0, 1, 3], 3, Some(4));
        // Ten within 15 minutes: until the first of them is 15 minutes old.
        check(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 100, Some(800));
        check(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 900, None);
        // Twenty within an hour, spread so that no 15 minutes are full.
        let spread: Vec<i64> = (0..20).map(|n| n * 120).collect();
        check(&spread, 3000, Some(600));
        check(&spread, 3600, None);
    }

    #[test]
    fn thousand_guesses_in_an_hour_are_evaluated_at_most_twenty_times() {
        let mut let_through: Vec<Timestamp> = Vec::new();
        for guess in 0..1000_i64 {
            let now = Timestamp::from_millis(guess * 3600);
            if wait(ACCOUNT, &let_through, now).is_none() {
                let_through.push(now);
            }
        }
        assert_eq!(let_through.len(), 20);
    }
}
