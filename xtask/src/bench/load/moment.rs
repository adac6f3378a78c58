//! Moments as the API writes them.

use crate::stopwatch::unix_seconds;

const DAY_MS: i64 = 86_400_000;

/// Now, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    (unix_seconds() * 1e3) as i64
}

/// A moment in seconds since 1970 as people write it; by the calendar of Howard Hinnant's
/// `civil_from_days`.
pub fn write(seconds: f64) -> String {
    let seconds = seconds as i64;
    let (days, rest) = (seconds.div_euclid(86_400) + 719_468, seconds.rem_euclid(86_400));
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// What `2026-01-02T03:04:05.678Z` is in milliseconds since 1970.
pub fn read(text: &str) -> Option<i64> {
    let (date, clock) = text.trim_end_matches('Z').split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (time, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut seconds = 0;
    for part in time.split(':') {
        seconds = seconds * 60 + part.parse::<i64>().ok()?;
    }
    let millis: String = format!("{fraction:0<3}").chars().take(3).collect();
    Some(days(year, month, day) * DAY_MS + seconds * 1000 + millis.parse::<i64>().ok()?)
}

/// The moment in the field `at` of an event's data.
pub fn of_event(data: &str) -> Option<i64> {
    let at = data.rsplit_once("\"at\":\"")?.1;
    read(at.get(..at.find('"')?)?)
}

/// Days since 1970; Howard Hinnant's `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_and_read_back() {
        let check = |seconds: i64, text: &str| {
            assert_eq!(write(seconds as f64), text);
            assert_eq!(read(text), Some(seconds * 1000));
        };
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_798_761_599, "2026-12-31T23:59:59Z");
        assert_eq!(read("1970-01-01T00:00:01.045Z"), Some(1045));
        assert_eq!(read("1970-01-01T00:00:01.5Z"), Some(1500));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn events_tell_when_they_happened() {
        assert_eq!(of_event("{\"x\":1,\"at\":\"1970-01-01T01:02:03.045Z\"}"), Some(3_723_045));
        assert_eq!(of_event("{\"at\":\"1970-01-01T00:00:01Z\",\"x\":1}"), Some(1000));
        assert_eq!(of_event("{}"), None);
    }
}
