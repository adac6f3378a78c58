//! Figures as people read them.

use base::Micros;

/// Seconds since a start: `0:42`, `12:05`.
pub fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A duration: `0.8 s`, `12.3 s`.
pub fn seconds(ms: i64) -> String {
    format!("{:.1} s", ms.max(0) as f64 / 1000.0)
}

/// Token counts with thousands apart: `12,345`.
pub fn tokens(count: i64) -> String {
    let digits = count.max(0).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Micro-dollars: `$0.0413`.
pub fn cost(micros: i64) -> String {
    Micros(micros).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        assert_eq!(clock(42_000), "0:42");
        assert_eq!(clock(725_000), "12:05");
        assert_eq!(seconds(850), "0.8 s");
        assert_eq!(tokens(0), "0");
        assert_eq!(tokens(999), "999");
        assert_eq!(tokens(1_234_567), "1,234,567");
        assert_eq!(cost(41_300), "$0.0413");
    }
}
