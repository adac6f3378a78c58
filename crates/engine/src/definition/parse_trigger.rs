//! What starts a workflow beside people: `on`.

use serde_json::{Map, Value as Json};

use super::keys::{EVENT, ON, SCHEDULE};
use super::model::{EventTrigger, ScheduleTrigger, Triggers, is_event_kind};
use super::parse_step::may_be;
use super::problem::brief;
use super::reader::{Reader, Reads};
use super::tree::{Node, Value};
use crate::expression::Kind;

/// The parts of a cron expression, and the numbers that they take.
const CRON: [(&str, u32, u32, &[&str]); 6] = [
    ("second", 0, 59, &[]),
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of the month", 1, 31, &[]),
    (
        "month",
        1,
        12,
        &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    ),
    ("day of the week", 0, 7, &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
];

impl Reader {
    /// `on: EVENT`, `on: [EVENT, …]`, or `on: {schedule: …, event: …}`.
    pub(super) fn triggers(&mut self, node: &Node) -> Triggers {
        let mut triggers = Triggers::default();
        if !matches!(node.value, Value::Map(_)) {
            triggers.events = self.several(node).filter_map(|node| self.event(node)).collect();
            return triggers;
        }
        let Some(fields) = self.fields(node, &ON) else { return triggers };
        if let Some(node) = fields.get("schedule") {
            let schedules = self.several(node).filter_map(|node| self.schedule(node));
            triggers.schedules = schedules.collect();
        }
        if let Some(node) = fields.get("event") {
            triggers.events = self.several(node).filter_map(|node| self.event(node)).collect();
        }
        triggers
    }

    /// The items of a list, or the one value.
    #[allow(clippy::unused_self, reason = "it stands beside what reads its items")]
    fn several<'n>(&self, node: &'n Node) -> impl Iterator<Item = &'n Node> + use<'n> {
        match &node.value {
            Value::List(items) => items.iter(),
            _ => std::slice::from_ref(node).iter(),
        }
    }

    fn event(&mut self, node: &Node) -> Option<EventTrigger> {
        if node.as_text().is_some() {
            let event = self.event_name(node)?;
            return Some(EventTrigger { event, when: None, inputs: None, line: node.place.line });
        }
        let fields = self.fields(node, &EVENT)?;
        let when = fields.get("if").and_then(|node| self.expression(node, "if", Reads::Event));
        let inputs = fields.get("inputs").and_then(|node| {
            let inputs = self.template(node, Reads::Event)?;
            if !may_be(&inputs, &[Kind::Object]) {
                self.wanted(node, "keys with values (\"key: value\")");
            }
            Some(inputs)
        });
        let Some(event) = fields.get("event") else {
            self.at(node.place, "the trigger names no event", "add \"event: work_item.moved\"");
            return None;
        };
        Some(EventTrigger { event: self.event_name(event)?, when, inputs, line: node.place.line })
    }

    fn event_name(&mut self, node: &Node) -> Option<String> {
        let name = self.name(node)?;
        if is_event_kind(&name) {
            return Some(name);
        }
        let message = format!("\"{}\" is not the kind of an event", brief(&name));
        self.at(
            node.place,
            message,
            "write it like \"work_item.moved\"; times stand under \"schedule\"",
        );
        None
    }

    fn schedule(&mut self, node: &Node) -> Option<ScheduleTrigger> {
        // `schedule: "0 9 * * 1-5"` alone is enough.
        let (cron, timezone, inputs) = if node.as_text().is_some() {
            (node, None, None)
        } else {
            let fields = self.fields(node, &SCHEDULE)?;
            let Some(cron) = fields.get("cron") else {
                let message = "the schedule has no times";
                self.at(node.place, message, "add \"cron: 0 9 * * 1-5\"");
                return None;
            };
            (cron, fields.get("timezone"), fields.get("inputs"))
        };
        let text = self.text(cron)?;
        if let Err((message, fix)) = check_cron(&text) {
            self.at(cron.place, message, fix);
        }
        let timezone = timezone.and_then(|node| {
            let zone = self.name(node)?;
            let is_zone = zone.len() <= 64
                && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
            if !is_zone {
                let message = format!("\"{}\" is not a time zone", brief(&zone));
                self.at(node.place, message, "write it like Africa/Cairo");
            }
            Some(zone)
        });
        let inputs = match inputs {
            None => Json::Object(Map::new()),
            Some(node) => {
                if !matches!(node.value, Value::Map(_)) {
                    self.wanted(node, "keys with values (\"key: value\")");
                }
                self.constants(node, "inputs")
            }
        };
        Some(ScheduleTrigger {
            cron: text.trim().to_owned(),
            timezone,
            inputs,
            line: node.place.line,
        })
    }
}

/// Whether a cron expression has its parts, and numbers in range. When it fires is
/// somebody else's matter.
fn check_cron(text: &str) -> Result<(), (String, String)> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let names = match parts.len() {
        5 => &CRON[1..],
        6 => &CRON[..],
        count => {
            return Err((
                format!("the times have {count} parts"),
                "write minute, hour, day of the month, month and day of the week; a sixth in front counts seconds".to_owned(),
            ));
        }
    };
    for (part, (name, least, most, words)) in parts.iter().zip(names) {
        let number = |text: &str| {
            let word = words.iter().position(|word| word.eq_ignore_ascii_case(text));
            let word = word.and_then(|word| u32::try_from(word).ok()).map(|word| word + least);
            word.or_else(|| text.parse().ok().filter(|number| (*least..=*most).contains(number)))
        };
        let is_range = |text: &str| {
            let (range, step) = text.split_once('/').unwrap_or((text, "1"));
            let is_step = step.parse().is_ok_and(|step: u32| (1..=*most + 1).contains(&step));
            is_step
                && (range == "*"
                    || range == "?" && name.starts_with("day")
                    || match range.split_once('-') {
                        Some((from, to)) => {
                            matches!((number(from), number(to)), (Some(from), Some(to)) if from <= to)
                        }
                        None => number(range).is_some(),
                    })
        };
        if !part.split(',').all(is_range) {
            return Err((
                format!("\"{}\" is not a {name} of a schedule", brief(part)),
                format!(
                    "write *, numbers of {least} to {most}, ranges like {least}-{most}, or steps like */{}",
                    (*most).min(5)
                ),
            ));
        }
    }
    Ok(())
}
