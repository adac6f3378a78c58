//! Server-sent events, read without mercy.

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

/// One event.
#[derive(Debug, PartialEq)]
pub struct Event {
    /// Its name; empty when it has none.
    pub name: String,
    /// Its data; `null` for OpenAI's `[DONE]`.
    pub data: Json,
}

/// Every event of an answer. A line that is neither a field nor a comment is an error.
pub fn parse(text: &str) -> Result<Vec<Event>> {
    let blocks = text.strip_suffix("\n\n").context("the last event does not end")?.split("\n\n");
    let mut events = Vec::new();
    for block in blocks {
        let (mut name, mut data) = (String::new(), None);
        for line in block.lines() {
            if let Some(value) = line.strip_prefix("event: ") {
                value.clone_into(&mut name);
            } else if let Some(value) = line.strip_prefix("data: ") {
                let json = || serde_json::from_str(value).context("an event's data is no JSON");
                data = Some(if value == "[DONE]" { Json::Null } else { json()? });
            } else if !line.starts_with(':') {
                bail!("no event has such a line: {line}");
            }
        }
        events.extend(data.map(|data| Event { name, data }));
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn events_are_read_and_halves_are_not() {
        let read = parse(": hi\n\nevent: a\ndata: {\"b\":1}\n\ndata: [DONE]\n\n").unwrap();
        let named = Event { name: "a".to_owned(), data: json!({"b": 1}) };
        assert_eq!(read, [named, Event { name: String::new(), data: Json::Null }]);
        for bad in ["data: {}\n", "data: {\n\n", "date: {}\n\n"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
