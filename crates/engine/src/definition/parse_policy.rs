//! How a step or an execution behaves when something does not go well: retries, budgets,
//! priorities, groups.

use std::time::Duration;

use base::Micros;

use super::keys::{BUDGET, CONCURRENCY, RETRY};
use super::model::{Budget, Concurrency, MOST_ATTEMPTS, OnBudget, Priority, Retry};
use super::problem::brief;
use super::reader::{Reader, Reads};
use super::tree::{Node, Value};

/// The largest budget, in dollars.
const MAX_USD: f64 = 1_000_000.0;

impl Reader {
    pub(super) fn retry(&mut self, node: &Node) -> Retry {
        let retry = Retry::default();
        let Some(fields) = self.fields(node, &RETRY) else { return retry };
        let attempts = fields
            .get("max-attempts")
            .and_then(|node| self.count(node, "max-attempts", 1..=u64::from(MOST_ATTEMPTS)));
        let first = fields.get("first-wait-seconds");
        let longest = fields.get("max-wait-seconds");
        let first = first.and_then(|node| self.wait_seconds(node, "first-wait-seconds"));
        let longest = longest.and_then(|node| self.wait_seconds(node, "max-wait-seconds"));
        if let (Some(first), Some(longest), Some(node)) =
            (first, longest, fields.get("first-wait-seconds"))
            && first > longest
        {
            let message = "first-wait-seconds is longer than max-wait-seconds";
            self.at(node.place, message, "make it shorter, or the other longer");
        }
        Retry {
            max_attempts: attempts.map_or(retry.max_attempts, |count| count as u32),
            first_wait: first.unwrap_or(retry.first_wait),
            multiplier: fields
                .get("multiplier")
                .and_then(|node| self.between(node, "multiplier", 1.0, 100.0))
                .unwrap_or(retry.multiplier),
            max_wait: longest.unwrap_or_else(|| retry.max_wait.max(first.unwrap_or_default())),
            jitter: fields
                .get("jitter")
                .and_then(|node| self.boolean(node))
                .unwrap_or(retry.jitter),
            on: fields.get("on").map(|node| self.codes(node)).unwrap_or_default(),
        }
    }

    /// Codes of failures: `timeout`, `rate_limited`.
    fn codes(&mut self, node: &Node) -> Vec<String> {
        let codes = self.names(node);
        for code in &codes {
            // There are digits in `http_503`.
            let is_letter =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            let is_code = code.bytes().all(is_letter);
            if !is_code {
                let message = format!("\"{}\" is not a failure's code", brief(code));
                self.at(node.place, message, "write it as failures show it, like \"rate_limited\"");
            }
        }
        codes
    }

    fn wait_seconds(&mut self, node: &Node, name: &str) -> Option<Duration> {
        self.between(node, name, 0.0, 86_400.0).map(Duration::from_secs_f64)
    }

    /// A number in a range.
    pub(super) fn between(
        &mut self,
        node: &Node,
        name: &str,
        least: f64,
        most: f64,
    ) -> Option<f64> {
        let number = self.number(node)?;
        if (least..=most).contains(&number) {
            return Some(number);
        }
        self.at(node.place, format!("{name} has to be {least} to {most}"), "change it");
        None
    }

    /// `0.5`, or `{usd: 0.5, on-exceeded: fail}`.
    pub(super) fn budget(&mut self, node: &Node) -> Option<Budget> {
        if let Value::Number(_) = node.value {
            let cap = self.dollars(node)?;
            return Some(Budget { cap, on_exceeded: OnBudget::default() });
        }
        if !matches!(node.value, Value::Map(_)) {
            self.wanted(node, "an amount in dollars (\"budget: 0.50\")");
            return None;
        }
        let fields = self.fields(node, &BUDGET)?;
        let words = &[("pause", OnBudget::Pause), ("fail", OnBudget::Fail)];
        let on_exceeded = fields.get("on-exceeded").and_then(|node| self.word(node, words));
        let Some(usd) = fields.get("usd") else {
            self.at(node.place, "the budget has no amount", "add \"usd: 0.50\"");
            return None;
        };
        let cap = self.dollars(usd)?;
        Some(Budget { cap, on_exceeded: on_exceeded.unwrap_or_default() })
    }

    fn dollars(&mut self, node: &Node) -> Option<Micros> {
        let usd = self.number(node)?;
        let micros = (usd * 1e6).round();
        if usd <= MAX_USD && micros >= 1.0 {
            return Some(Micros(micros as i64));
        }
        let message = format!("a budget has to be above 0 and at most {MAX_USD} dollars");
        self.at(node.place, message, "change it, or leave it out for no limit");
        None
    }

    pub(super) fn priority(&mut self, node: &Node) -> Option<Priority> {
        let all = [Priority::Critical, Priority::High, Priority::Medium, Priority::Low];
        self.word(node, &all.map(|priority| (priority.as_str(), priority)))
    }

    /// `name`, or `{group: name, limit: 1, cancel-in-progress: false}`.
    pub(super) fn concurrency(&mut self, node: &Node) -> Option<Concurrency> {
        if node.as_text().is_some() {
            let group = self.group(node)?;
            return Some(Concurrency { group, limit: 1, cancel_in_progress: false });
        }
        let fields = self.fields(node, &CONCURRENCY)?;
        let limit = fields.get("limit").and_then(|node| self.count(node, "limit", 1..=10_000));
        let cancel = fields.get("cancel-in-progress").and_then(|node| self.boolean(node));
        let Some(group) = fields.get("group") else {
            self.at(node.place, "the concurrency group has no name", "add \"group: NAME\"");
            return None;
        };
        Some(Concurrency {
            group: self.group(group)?,
            limit: limit.map_or(1, |limit| limit as usize),
            cancel_in_progress: cancel.unwrap_or_default(),
        })
    }

    fn group(&mut self, node: &Node) -> Option<crate::expression::Template> {
        if self.text(node)?.trim().is_empty() {
            self.at(node.place, "the concurrency group has no name", "write one");
        }
        self.template(node, Reads::Group)
    }
}
