//! What starts a workflow beside people.

use serde_json::Value as Json;

use crate::expression::{Expression, Template};

/// Whether a name is one that an event of the system may have: words of small letters,
/// digits and `_`, with points between them.
pub fn is_event_kind(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_letter);
    name.contains('.') && name.split('.').all(is_part)
}

/// What starts a workflow beside people: the definition's `on`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Triggers {
    /// Times.
    pub schedules: Vec<ScheduleTrigger>,
    /// Events of the system.
    pub events: Vec<EventTrigger>,
}

/// Times at which it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleTrigger {
    /// A cron expression of five fields, or six with seconds first.
    pub cron: String,
    /// The IANA time zone; UTC when absent.
    pub timezone: Option<String>,
    /// Its inputs.
    pub inputs: Json,
    /// Where it stands in the text, from 1.
    pub line: u64,
}

/// An event of the system that starts it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTrigger {
    /// The event's kind: `work_item.moved`, `execution.completed`, …
    pub event: String,
    /// Only when this holds; reads `event`, the event's body.
    pub when: Option<Expression>,
    /// Its inputs; reads `event`.
    pub inputs: Option<Template>,
    /// Where it stands in the text, from 1.
    pub line: u64,
}
