//! When a schedule fires: a cron expression in a time zone. Pure.
//!
//! Clocks go forward and back. A schedule that names its hours means what people read on
//! the clock: a time that does not exist on that day fires once, at the first instant after
//! the gap; one that exists twice fires once, the first time. A schedule for every hour
//! means time that passes: it misses no hour and makes up none.

use base::Timestamp;
use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// The longest gap that is looked through: islands have skipped a day.
const LONGEST_GAP_MINUTES: i64 = 49 * 60;
/// How far back a clock goes at most, in hours.
const LONGEST_REPEAT_HOURS: i64 = 3;
/// How many ticks that fall together are passed over before a search is given up.
const PATIENCE: usize = 20_000;

/// The times of a schedule.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    cron: Cron,
    zone: Tz,
    /// Whether it is for every hour.
    is_hourly: bool,
}

impl Times {
    /// Reads a cron expression of five fields, or six with seconds first, and the name of
    /// a time zone; or says which of the two is wrong, and how to mend it.
    pub(crate) fn parse(cron: &str, zone: &str) -> Result<Self, (&'static str, String)> {
        let parser = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Disallowed)
            .sloppy_ranges(true)
            .build();
        let parts: Vec<&str> = cron.split_whitespace().collect();
        let hours = match parts.len() {
            5 => parts[1],
            6 => parts[2],
            count => {
                return Err((
                    "cron",
                    format!(
                        "has {count} parts; write minute, hour, day of the month, month and day of the week, or a sixth for seconds in front"
                    ),
                ));
            }
        };
        let is_hourly = hours == "*";
        let cron = parser.parse(&parts.join(" ")).map_err(|error| {
            let why = error.to_string().trim_end_matches('.').to_lowercase();
            ("cron", format!("{why}; write it like \"0 9 * * 1-5\""))
        })?;
        let zone = zone.parse().map_err(|_| {
            ("timezone", format!("\"{zone}\" is not a time zone; write it like Africa/Cairo"))
        })?;
        Ok(Self { cron, zone, is_hourly })
    }

    /// What it says, in English.
    pub(crate) fn describe(&self) -> String {
        self.cron.describe()
    }

    /// The first time after an instant; `None` when there is none ever.
    pub(crate) fn after(&self, instant: Timestamp) -> Option<Timestamp> {
        let here = self.local(instant)?;
        if self.is_hourly {
            let next = self.cron.find_next_occurrence(&here, false).ok()?;
            return Some(Timestamp::from_millis(next.timestamp_millis()));
        }
        self.cron
            .iter_after(here.naive_local())
            .take(PATIENCE)
            .map_while(|naive| self.instant(naive))
            .find(|found| *found > instant)
    }

    /// The last time before an instant; `None` when there was none.
    pub(crate) fn before(&self, instant: Timestamp) -> Option<Timestamp> {
        let here = self.local(instant)?;
        if self.is_hourly {
            let last = self.cron.find_previous_occurrence(&here, false).ok()?;
            return Some(Timestamp::from_millis(last.timestamp_millis()));
        }
        let naive = here.naive_local();
        // In an hour that is there twice, times that the clock shows later may have passed.
        let from = match self.zone.from_local_datetime(&naive) {
            LocalResult::Ambiguous(..) => naive + Duration::hours(LONGEST_REPEAT_HOURS),
            LocalResult::Single(_) | LocalResult::None => naive,
        };
        self.cron
            .iter_before(from)
            .take(PATIENCE)
            .map_while(|naive| self.instant(naive))
            .find(|found| *found < instant)
    }

    /// The next times after an instant.
    pub(crate) fn next(&self, instant: Timestamp, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.after(instant), |last| self.after(*last)).take(count).collect()
    }

    fn local(&self, instant: Timestamp) -> Option<DateTime<Tz>> {
        Some(DateTime::<Utc>::from_timestamp_millis(instant.as_millis())?.with_timezone(&self.zone))
    }

    /// The instant of what a clock shows.
    fn instant(&self, naive: NaiveDateTime) -> Option<Timestamp> {
        let millis = |at: DateTime<Tz>| Some(Timestamp::from_millis(at.timestamp_millis()));
        match self.zone.from_local_datetime(&naive) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => millis(at),
            LocalResult::None => {
                let minute = naive.with_second(0)?.with_nanosecond(0)?;
                let later = (1..=LONGEST_GAP_MINUTES).map(|n| minute + Duration::minutes(n));
                let mut found = later.map(|naive| self.zone.from_local_datetime(&naive));
                found.find_map(LocalResult::earliest).and_then(millis)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The times after an instant, as UTC without the date where it is the same.
    #[track_caller]
    fn check(cron: &str, zone: &str, from: &str, expected: &[&str]) {
        let times = Times::parse(cron, zone).unwrap();
        let found = times.next(at(from), expected.len());
        let wanted: Vec<Timestamp> = expected.iter().map(|text| at(text)).collect();
        assert_eq!(found, wanted, "{cron} in {zone} from {from}");
        // What comes after looking forward is what came before looking back.
        for pair in found.windows(2) {
            assert_eq!(times.before(pair[1]), Some(pair[0]), "before {}", pair[1]);
        }
    }

    #[test]
    fn plain_times() {
        check(
            "0 9 * * 1-5",
            "UTC",
            "2026-11-20T09:00:00Z",
            &["2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z"],
        );
        check(
            "*/20 * * * * *",
            "UTC",
            "2026-11-20T09:00:00Z",
            &["2026-11-20T09:00:20Z", "2026-11-20T09:00:40Z", "2026-11-20T09:01:00Z"],
        );
        check(
            "0 9 * * *",
            "Africa/Cairo",
            "2026-01-10T00:00:00Z",
            &["2026-01-10T07:00:00Z", "2026-01-11T07:00:00Z"],
        );
        check(
            "0 0 29 2 *",
            "UTC",
            "2026-01-01T00:00:00Z",
            &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"],
        );
        check("30 4 L * *", "UTC", "2026-02-01T00:00:00Z", &["2026-02-28T04:30:00Z"]);
        check(
            "0 12 * JAN SUN",
            "UTC",
            "2026-12-01T00:00:00Z",
            &["2027-01-03T12:00:00Z", "2027-01-10T12:00:00Z"],
        );
    }

    #[test]
    fn a_time_that_does_not_exist_fires_once_after_the_gap() {
        // Berlin, 29 March 2026: 02:00 becomes 03:00, at 01:00 UTC.
        check(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
        );
        check(
            "0,30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"],
        );
        check(
            "0 2,3 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"],
        );
        // Cairo, 24 April 2026: midnight becomes 01:00, at 22:00 UTC the day before.
        check(
            "0 0 * * *",
            "Africa/Cairo",
            "2026-04-23T12:00:00Z",
            &["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"],
        );
        // New York, 8 March 2026: 02:00 becomes 03:00, at 07:00 UTC.
        check(
            "15 2 * * *",
            "America/New_York",
            "2026-03-07T12:00:00Z",
            &["2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"],
        );
        // Lord Howe, 4 October 2026: 02:00 becomes 02:30, at 15:30 UTC the day before.
        check(
            "10 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T12:00:00Z",
            &["2026-10-03T15:30:00Z", "2026-10-04T15:10:00Z"],
        );
    }

    #[test]
    fn a_time_that_exists_twice_fires_once() {
        // Berlin, 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC.
        check(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            &["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        );
        check(
            "*/30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            &["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:00:00Z"],
        );
        check(
            "30 1 * * *",
            "America/New_York",
            "2026-10-31T12:00:00Z",
            &["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"],
        );
        // Cairo, 29 October 2026: midnight becomes 23:00, at 21:00 UTC.
        check(
            "30 23 * * *",
            "Africa/Cairo",
            "2026-10-29T12:00:00Z",
            &["2026-10-29T20:30:00Z", "2026-10-30T21:30:00Z"],
        );
        // Lord Howe, 5 April 2026: 02:00 becomes 01:30, at 15:00 UTC the day before.
        check(
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T00:00:00Z",
            &["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"],
        );
        // From inside the second pass, the first pass is over.
        check("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", &["2026-10-26T01:30:00Z"]);
        let times = Times::parse("50 2 * * *", "Europe/Berlin").unwrap();
        assert_eq!(times.before(at("2026-10-25T01:10:00Z")), Some(at("2026-10-25T00:50:00Z")));
    }

    #[test]
    fn every_hour_means_time_that_passes() {
        check(
            "30 * * * *",
            "Europe/Berlin",
            "2026-10-24T23:00:00Z",
            &[
                "2026-10-24T23:30:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
                "2026-10-25T02:30:00Z",
            ],
        );
        check(
            "30 * * * *",
            "Europe/Berlin",
            "2026-03-29T00:00:00Z",
            &["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"],
        );
        check(
            "*/30 * * * *",
            "Africa/Cairo",
            "2026-10-29T20:00:00Z",
            &[
                "2026-10-29T20:30:00Z",
                "2026-10-29T21:00:00Z",
                "2026-10-29T21:30:00Z",
                "2026-10-29T22:00:00Z",
                "2026-10-29T22:30:00Z",
            ],
        );
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let check = |cron: &str, zone: &str, field: &str, part: &str| {
            let (found, message) = Times::parse(cron, zone).unwrap_err();
            assert_eq!(found, field, "{cron} {zone}: {message}");
            assert!(message.contains(part), "{cron} {zone}: {message}");
        };
        check("", "UTC", "cron", "0 parts");
        check("* * *", "UTC", "cron", "3 parts");
        check("61 * * * *", "UTC", "cron", "write it like");
        check("@daily", "UTC", "cron", "1 parts");
        check("0 9 * * *", "Africa/Cario", "timezone", "Africa/Cario");
        check("0 9 * * *", "", "timezone", "is not a time zone");
    }

    #[test]
    fn what_never_comes_is_never() {
        let times = Times::parse("0 0 30 2 *", "UTC").unwrap();
        assert_eq!(times.after(at("2026-01-01T00:00:00Z")), None);
    }
}
