//! What happens to times that came while nobody was there to keep them. Pure.

use std::time::Duration;

use base::Timestamp;
use serde::{Deserialize, Serialize};

use super::times::Times;

/// How late a time may be kept and still count as kept.
const GRACE: Duration = Duration::from_secs(60);
/// How many missed times are made up for at most; older ones are passed over.
pub(super) const MOST_MADE_UP: usize = 100;

/// What happens to times that were missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MissedPolicy)]
pub(crate) enum Missed {
    /// They are passed over.
    #[default]
    Skip,
    /// One execution makes up for all of them.
    RunOnce,
    /// Each has its execution, the newest hundred at most.
    RunAll,
}

impl Missed {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::RunOnce => "run_once",
            Self::RunAll => "run_all",
        }
    }

    /// The policy that a row holds.
    pub(super) fn of(stored: &str) -> Self {
        match stored {
            "run_once" => Self::RunOnce,
            "run_all" => Self::RunAll,
            _ => Self::Skip,
        }
    }

    /// The times to keep now, given the first that has not been looked at; oldest first.
    pub(super) fn due(self, times: &Times, next: Timestamp, now: Timestamp) -> Vec<Timestamp> {
        let late = now.minus(GRACE);
        let upcoming = |first: Timestamp| {
            std::iter::successors(Some(first), |last| times.after(*last))
                .take_while(|tick| *tick <= now)
        };
        if next > late {
            return upcoming(next).collect();
        }
        let on_time: Vec<Timestamp> = times.after(late).into_iter().flat_map(upcoming).collect();
        let missed = |count: usize| {
            let last = times.before(late.plus(Duration::from_millis(1)));
            let back = std::iter::successors(last, |tick| times.before(*tick));
            let mut found: Vec<Timestamp> =
                back.take_while(|tick| *tick >= next).take(count).collect();
            found.reverse();
            found
        };
        match self {
            Self::Skip => on_time,
            Self::RunOnce if on_time.is_empty() => missed(1),
            Self::RunOnce => on_time,
            Self::RunAll => missed(MOST_MADE_UP).into_iter().chain(on_time).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn missed_times_follow_their_policy() {
        let at = |text: &str| -> Timestamp { format!("2026-11-20T{text}Z").parse().unwrap() };
        let times = Times::parse("0 * * * *", "UTC").unwrap();
        let check = |missed: Missed, next: &str, now: &str, expected: &[&str]| {
            let wanted: Vec<Timestamp> = expected.iter().map(|text| at(text)).collect();
            assert_eq!(missed.due(&times, at(next), at(now)), wanted, "{missed:?} {next} {now}");
        };
        for missed in [Missed::Skip, Missed::RunOnce, Missed::RunAll] {
            check(missed, "10:00:00", "09:59:59", &[]);
            check(missed, "10:00:00", "10:00:00", &["10:00:00"]);
            check(missed, "10:00:00", "10:00:59", &["10:00:00"]);
            assert_eq!(Missed::of(missed.as_str()), missed);
        }
        check(Missed::Skip, "10:00:00", "10:01:01", &[]);
        check(Missed::Skip, "10:00:00", "13:00:30", &["13:00:00"]);
        check(Missed::RunOnce, "10:00:00", "13:00:30", &["13:00:00"]);
        check(Missed::RunOnce, "10:00:00", "13:30:00", &["13:00:00"]);
        check(Missed::RunAll, "10:00:00", "12:30:00", &["10:00:00", "11:00:00", "12:00:00"]);
        check(Missed::RunAll, "10:00:00", "12:00:10", &["10:00:00", "11:00:00", "12:00:00"]);
    }

    #[test]
    fn a_year_of_missed_seconds_is_bounded() {
        let times = Times::parse("* 3 * * * *", "UTC").unwrap();
        let (next, now) = ("2025-11-20T00:00:00Z", "2026-11-20T00:00:00Z");
        let due = Missed::RunAll.due(&times, next.parse().unwrap(), now.parse().unwrap());
        assert_eq!(due.len(), MOST_MADE_UP);
        assert_eq!(due[99], "2026-11-19T23:03:59Z".parse().unwrap());
    }
}
