//! What was used, added up.

use std::fmt::Write as _;

use base::{Micros, Timestamp};
use serde::{Deserialize, Serialize};

/// What the lines are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UsageGroup)]
pub(crate) enum GroupBy {
    /// Platforms, by name.
    Platform,
    /// Models, as `platform/model`.
    Model,
    /// People, by id.
    User,
    /// Agents, by name.
    Agent,
    /// Projects.
    Project,
    /// Days in UTC, as `2026-01-31`.
    Day,
}

impl GroupBy {
    /// Its word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Model => "model",
            Self::User => "user",
            Self::Agent => "agent",
            Self::Project => "project",
            Self::Day => "day",
        }
    }
}

/// What the calls of one line used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct UsageLine {
    /// The platform, model, person, agent, project or day; empty for calls that have none.
    pub(crate) key: String,
    /// How many calls.
    pub(crate) calls: i64,
    /// How many of them failed.
    pub(crate) failed_calls: i64,
    /// How many our own cache answered.
    pub(crate) cached_calls: i64,
    /// How many have a cost that nobody knows.
    pub(crate) unpriced_calls: i64,
    /// How many have estimated figures.
    pub(crate) estimated_calls: i64,
    /// Tokens that models read.
    pub(crate) input_tokens: i64,
    /// The part of them that came from the providers' caches.
    pub(crate) cached_input_tokens: i64,
    /// Tokens that models wrote.
    pub(crate) output_tokens: i64,
    /// What they cost.
    pub(crate) cost_micros: Micros,
    /// How long a call took on average.
    pub(crate) mean_duration_ms: i64,
}

/// What was used in a time.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct UsageReport {
    /// What the lines are for.
    pub(crate) group_by: GroupBy,
    /// The beginning of the time.
    pub(crate) from: Timestamp,
    /// Its end, which is not part of it.
    pub(crate) to: Timestamp,
    /// The lines: days in order, everything else by cost.
    pub(crate) items: Vec<UsageLine>,
    /// All lines together.
    pub(crate) total: UsageLine,
}

/// All lines together.
pub(crate) fn total(lines: &[UsageLine]) -> UsageLine {
    let sum = |of: fn(&UsageLine) -> i64| lines.iter().map(of).fold(0, i64::saturating_add);
    let calls = sum(|line| line.calls);
    let spent_ms = sum(|line| line.calls.saturating_mul(line.mean_duration_ms));
    UsageLine {
        key: String::new(),
        calls,
        failed_calls: sum(|line| line.failed_calls),
        cached_calls: sum(|line| line.cached_calls),
        unpriced_calls: sum(|line| line.unpriced_calls),
        estimated_calls: sum(|line| line.estimated_calls),
        input_tokens: sum(|line| line.input_tokens),
        cached_input_tokens: sum(|line| line.cached_input_tokens),
        output_tokens: sum(|line| line.output_tokens),
        cost_micros: lines.iter().map(|line| line.cost_micros).sum(),
        mean_duration_ms: spent_ms.checked_div(calls).unwrap_or(0),
    }
}

/// The report as a table with a heading.
pub(crate) fn csv(report: &UsageReport) -> String {
    let mut text = format!(
        "{},calls,failed_calls,cached_calls,unpriced_calls,estimated_calls,input_tokens,cached_input_tokens,output_tokens,cost_micros,mean_duration_ms\r\n",
        report.group_by.as_str()
    );
    for line in &report.items {
        // writing to a text cannot fail
        let _ = write!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{}\r\n",
            cell(&line.key),
            line.calls,
            line.failed_calls,
            line.cached_calls,
            line.unpriced_calls,
            line.estimated_calls,
            line.input_tokens,
            line.cached_input_tokens,
            line.output_tokens,
            line.cost_micros.0,
            line.mean_duration_ms
        );
    }
    text
}

/// A text as a cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text_and_nothing_else() {
        let check = |text: &str, expected: &str| assert_eq!(cell(text), expected);
        check("acme/large", "acme/large");
        check("a,\"b\"", "\"a,\"\"b\"\"\"");
        check("=cmd()", "'=cmd()");
        check("-1", "'-1");
        check("", "");
    }

    #[test]
    fn total_weighs_durations_by_calls() {
        let line = |calls, mean_duration_ms, micros| UsageLine {
            calls,
            mean_duration_ms,
            cost_micros: Micros(micros),
            ..UsageLine::default()
        };
        let all = total(&[line(1, 100, 5), line(3, 200, 7)]);
        assert_eq!((all.calls, all.mean_duration_ms, all.cost_micros), (4, 175, Micros(12)));
        assert_eq!(total(&[]), UsageLine::default());
    }
}
