//! Days in UTC: numbers since 1970, names like `2026-01-31`.

use base::Timestamp;

const DAY_MS: i64 = 86_400_000;

/// The number of the day of a moment.
pub(super) fn number(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MS)
}

/// The moment at which a day begins.
pub(super) fn start(number: i64) -> Timestamp {
    Timestamp::from_millis(number * DAY_MS)
}

/// The name of a day.
pub(super) fn name(number: i64) -> String {
    start(number).to_string().chars().take(10).collect()
}

/// A moment, or a day: its beginning, or its end when `is_end`.
pub(super) fn moment(text: &str, is_end: bool) -> Option<Timestamp> {
    if text.len() == 10 {
        let start: Timestamp = format!("{text}T00:00:00Z").parse().ok()?;
        let days = if is_end { DAY_MS } else { 0 };
        return Some(Timestamp::from_millis(start.as_millis() + days));
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_names_and_ends() {
        assert_eq!(name(0), "1970-01-01");
        assert_eq!(name(number(Timestamp::from_millis(1_795_219_200_000))), "2026-11-21");
        let check = |text: &str, is_end, expected: Option<i64>| {
            assert_eq!(moment(text, is_end).map(Timestamp::as_millis), expected, "{text}");
        };
        check("1970-01-02", false, Some(DAY_MS));
        check("1970-01-02", true, Some(2 * DAY_MS));
        check("1970-01-02T00:00:01Z", true, Some(DAY_MS + 1_000));
        check("1970-13-02", false, None);
        check("soon", false, None);
    }
}
