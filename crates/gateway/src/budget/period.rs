//! When periods begin: whole days in UTC.

use base::Timestamp;

use super::Period;

const DAY: i64 = 24 * 3600 * 1000;

/// The starts of all periods that a moment lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Periods {
    day: Timestamp,
    week: Timestamp,
    month: Timestamp,
}

impl Periods {
    /// The periods of a moment.
    pub(crate) fn at(now: Timestamp) -> Self {
        let days = now.as_millis().div_euclid(DAY);
        // 1 January 1970 was a Thursday
        let monday = days - (days + 3).rem_euclid(7);
        let first = days - day_of_month(days) + 1;
        let start = |days: i64| Timestamp::from_millis(days * DAY);
        Self { day: start(days), week: start(monday), month: start(first) }
    }

    /// When the current one of a kind began.
    pub(crate) fn start(self, period: Period) -> Timestamp {
        match period {
            Period::Total => Timestamp::EPOCH,
            Period::Day => self.day,
            Period::Week => self.week,
            Period::Month => self.month,
        }
    }
}

/// The day of the month, from 1, of a day counted from 1970 (Gregorian, after H. Hinnant).
fn day_of_month(days: i64) -> i64 {
    let shifted = days + 719_468;
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    day_of_year - (153 * month + 2) / 5 + 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn periods_begin_at_midnight_monday_and_the_first() {
        let check = |now: &str, day: &str, week: &str, month: &str| {
            let at = |text: &str| text.parse::<Timestamp>().unwrap();
            let periods = Periods::at(at(now));
            let midnight = |date: &str| at(&format!("{date}T00:00:00Z"));
            assert_eq!(periods.start(Period::Day), midnight(day), "{now}");
            assert_eq!(periods.start(Period::Week), midnight(week), "{now}");
            assert_eq!(periods.start(Period::Month), midnight(month), "{now}");
            assert_eq!(periods.start(Period::Total), Timestamp::EPOCH);
        };
        check("2026-11-21T14:30:00Z", "2026-11-21", "2026-11-16", "2026-11-01");
        check("2026-11-16T00:00:00Z", "2026-11-16", "2026-11-16", "2026-11-01");
        check("2028-02-29T23:59:59.999Z", "2028-02-29", "2028-02-28", "2028-02-01");
        check("2027-01-01T00:00:00Z", "2027-01-01", "2026-12-28", "2027-01-01");
        check("2000-12-31T12:00:00Z", "2000-12-31", "2000-12-25", "2000-12-01");
    }
}
