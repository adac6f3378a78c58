//! How many tests passed and failed, read from what the runners print.

use std::iter::Sum;

/// Tests of one runner.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed, or never came to their end.
    pub failed: u32,
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
        })
    }
}

/// The runner's summary line and what it counts, searched from the end of its output.
///
/// nextest: `Summary [ 1.2s] 3 tests run: 2 passed, 1 failed, 0 skipped`;
/// vitest: `Tests  1 failed | 2 passed (3)`; the browser journey: `9 passed, 0 failed`.
pub fn summary(lines: &[String]) -> Option<(String, Counts)> {
    lines.iter().rev().find_map(|line| {
        let plain = without_colours(line);
        let plain = plain.trim();
        let starts = ["Summary [", "Tests ", "Tests:"].iter().any(|start| plain.starts_with(start));
        let is_summary = starts || plain.starts_with(|first: char| first.is_ascii_digit());
        let counts = is_summary.then(|| counted(plain)).flatten()?;
        Some((plain.to_owned(), counts))
    })
}

/// The tests that passed only when they were tried again, as nextest and the screens tell of
/// them: `FLAKY 2/2 [   0.5s] store::it name`, each once.
pub fn flaky(lines: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in lines {
        let plain = without_colours(line);
        let Some((_, test)) =
            plain.trim().strip_prefix("FLAKY ").and_then(|rest| rest.split_once("] "))
        else {
            continue;
        };
        if !found.iter().any(|known| known == test.trim()) {
            found.push(test.trim().to_owned());
        }
    }
    found
}

fn counted(line: &str) -> Option<Counts> {
    let words: Vec<&str> =
        line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let before = |names: &[&str]| -> u32 {
        let counted = words.windows(2).filter(|pair| names.contains(&pair[1]));
        counted.filter_map(|pair| pair[0].parse::<u32>().ok()).sum()
    };
    words.iter().find(|word| matches!(**word, "passed" | "failed"))?;
    Some(Counts { passed: before(&["passed"]), failed: before(&["failed", "timed", "exec"]) })
}

/// The text without terminal colour sequences.
pub fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, expected: Option<(u32, u32)>) {
        let lines: Vec<String> = output.lines().map(str::to_owned).collect();
        let counts = summary(&lines).map(|(_, counts)| (counts.passed, counts.failed));
        assert_eq!(counts, expected, "{output}");
    }

    #[test]
    fn every_runners_summary_is_counted() {
        check("     Summary [   1.234s] 12 tests run: 12 passed, 0 skipped", Some((12, 0)));
        check("Summary [ 9.1s] 5 tests run: 3 passed (1 slow), 2 failed, 1 skipped", Some((3, 2)));
        check("Summary [ 9.1s] 5/7 tests run: 3 passed, 1 failed, 1 timed out", Some((3, 2)));
        check("Summary [ 0.1s] 2 tests run: 0 passed, 1 failed, 1 exec failed", Some((0, 2)));
        check("      Tests  34 passed (34)\n   Duration  1.2s", Some((34, 0)));
        check(
            "\u{1b}[2m Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | 2 passed (3)",
            Some((2, 1)),
        );
        check("ok board\n9 passed, 0 failed", Some((9, 0)));
    }

    #[test]
    fn tests_that_were_tried_again_are_named_once() {
        let lines = [
            "  TRY 1 FAIL [   0.004s] (1/2) store::it one",
            "   FLAKY 2/2 [   0.005s] (2/2) store::it one",
            "     Summary [   0.1s] 2 tests run: 2 passed (1 flaky), 0 skipped",
            "   FLAKY 2/2 [   0.005s] (2/2) store::it one",
        ];
        let lines = lines.map(str::to_owned);
        assert_eq!(flaky(&lines), ["(2/2) store::it one"]);
        assert_eq!(summary(&lines).map(|(_, counts)| counts.passed), Some(2));
    }

    #[test]
    fn output_without_a_summary_counts_as_nothing() {
        check("error[E0432]: unresolved import", None);
        check("the build has not passed yet", None);
        check("", None);
    }
}
