//! One finished attempt as a line: when, what, model, tokens, cost, how long.

use base::Timestamp;
use serde_json::Value as Json;

use crate::terminal::{Live, clock, cost, printable, seconds, shorten, tokens};

/// How many cells the model gets, and all columns but the step.
const MODEL: usize = 26;
const OTHERS: usize = 45 + MODEL;
/// How many cells the step gets without a terminal.
const STEP: usize = 84;

/// The head above the lines.
pub fn head() -> String {
    line("time", "step", "model", "in", "out", "cost", "took")
}

fn line(
    time: &str,
    step: &str,
    model: &str,
    sent: &str,
    written: &str,
    cost: &str,
    took: &str,
) -> String {
    format!(
        "{time:>6}  {} {} {sent:>7} {written:>7}  {cost:>9}  {took:>7}",
        pad(step, step_width()),
        pad(model, MODEL)
    )
}

/// What the terminal leaves for the step.
fn step_width() -> usize {
    Live::width().map_or(STEP, |width| width.saturating_sub(OTHERS).clamp(24, STEP))
}

fn pad(text: &str, width: usize) -> String {
    let text = shorten(text, width);
    let space = width.saturating_sub(unicode_width::UnicodeWidthStr::width(text.as_str()));
    text + &" ".repeat(space)
}

/// An attempt that ended.
pub struct Ended<'a> {
    /// Its step.
    pub step: &'a Json,
    /// Its instance.
    pub instance: &'a Json,
    /// Itself.
    pub attempt: &'a Json,
    /// How many instances its step has so far.
    pub of: usize,
}

impl Ended<'_> {
    /// What tells it from every other one.
    pub fn key(&self) -> (String, i64, i64) {
        let number = |value: &Json| value.as_i64().unwrap_or(0);
        let step = self.step["id"].as_str().unwrap_or_default().to_owned();
        (step, number(&self.instance["index"]), number(&self.attempt["number"]))
    }

    /// The line.
    pub fn line(&self, began: Timestamp) -> String {
        let ended = time(&self.attempt["finished_at"]).unwrap_or(began);
        let started = time(&self.attempt["started_at"]).unwrap_or(ended);
        let usage = &self.attempt["usage"];
        let number = |field: &str| usage[field].as_i64().unwrap_or(0);
        let has_calls = number("model_calls") > 0;
        let figure = |text: String| if has_calls { text } else { String::new() };
        let mut text = line(
            &clock((ended.as_millis() - began.as_millis()).max(0)),
            &self.title(step_width()),
            &self.who(),
            &figure(tokens(number("input_tokens"))),
            &figure(tokens(number("output_tokens"))),
            &figure(cost(number("cost_micros"))),
            &seconds(ended.as_millis() - started.as_millis()),
        );
        if self.attempt["status"] != "completed" {
            let why = self.attempt["error"]["message"].as_str().unwrap_or("it was stopped");
            let status = self.attempt["status"].as_str().unwrap_or("failed");
            text.extend(["\n        ", status, ": ", why]);
        }
        // Labels and reasons may be words of a model.
        printable(&text)
    }

    /// The step by its name, or by its shorter id when the label would not fit beside it.
    fn title(&self, width: usize) -> String {
        let text = |field: &str| self.step[field].as_str().unwrap_or_default();
        let full = self.title_of(text("name"));
        if unicode_width::UnicodeWidthStr::width(full.as_str()) <= width {
            return full;
        }
        self.title_of(text("id"))
    }

    fn title_of(&self, name: &str) -> String {
        let mut title = name.to_owned();
        if self.step["fan_out"] == true {
            let index = self.instance["index"].as_i64().unwrap_or(0) + 1;
            let label = self.instance["label"].as_str().unwrap_or_default();
            title = format!("{name} {index}/{}", self.of);
            if !label.is_empty() && label != index.to_string() {
                title.extend([" · ", label]);
            }
        }
        match self.attempt["number"].as_i64() {
            Some(number) if number > 1 => format!("{title} (attempt {number})"),
            Some(_) | None => title,
        }
    }

    fn who(&self) -> String {
        let calls = self.attempt["calls"].as_array();
        let model = calls.and_then(|calls| calls.last()).and_then(|call| call["model"].as_str());
        match (model, self.step["tool"].as_str()) {
            (Some(model), _) => model.to_owned(),
            (None, Some(tool)) => format!("tool {tool}"),
            (None, None) => String::new(),
        }
    }
}

/// A time of the API.
pub fn time(value: &Json) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn items(value: &Json) -> &[Json] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Every attempt that ended, in the order of their ends.
pub fn ended(detail: &Json) -> Vec<Ended<'_>> {
    let mut ended = Vec::new();
    for step in items(&detail["steps"]) {
        for instance in items(&step["instances"]) {
            let of = items(&step["instances"]).len();
            let done = items(&instance["attempts"])
                .iter()
                .filter(|attempt| attempt["finished_at"].is_string());
            ended.extend(done.map(|attempt| Ended { step, instance, attempt, of }));
        }
    }
    ended.sort_by_key(|ended| time(&ended.attempt["finished_at"]));
    ended
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn ended_attempts_are_lines_in_order() {
        let detail = json!({"steps": [
            {"id": "stories", "name": "Write", "fan_out": true, "tool": null, "instances": [
                {"index": 0, "label": "حجز", "attempts": [
                    {"number": 1, "status": "failed", "started_at": "2026-11-21T07:30:00.000Z", "finished_at": "2026-11-21T07:30:09.000Z",
                     "error": {"message": "too \u{1b}[2Jslow"}, "usage": {"model_calls": 0}, "calls": []}]},
                {"index": 1, "label": "pay", "attempts": [
                    {"number": 2, "status": "completed", "started_at": "2026-11-21T07:30:01.000Z", "finished_at": "2026-11-21T07:30:05.500Z",
                     "usage": {"model_calls": 1, "input_tokens": 1200, "output_tokens": 80, "cost_micros": 41300}, "calls": [{"model": "m/x"}]}]},
                {"index": 2, "label": "later", "attempts": [{"number": 1, "finished_at": null}]}]}]});
        let began = time(&json!("2026-11-21T07:30:00.000Z")).unwrap();
        let lines: Vec<String> = ended(&detail).iter().map(|one| one.line(began)).collect();
        assert_eq!(lines.len(), 2);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&lines[0]), "0:05 Write 2/3 · pay (attempt 2) m/x 1,200 80 $0.0413 4.5 s");
        assert_eq!(ended(&detail)[0].title(12), "stories 2/3 · pay (attempt 2)");
        assert_eq!(words(&lines[1]), "0:09 Write 1/3 · حجز 9.0 s failed: too [2Jslow");
    }
}
