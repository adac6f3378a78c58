//! Following an execution to its end.

use std::collections::{BTreeMap, BTreeSet};

use base::Timestamp;
use serde_json::Value as Json;

use super::attempt::{ended, head, time};
use super::running::Running;
use crate::client::{Client, Event, part};
use crate::failure::{Failure, Result};
use crate::terminal::{Live, Output, print_json_line, printable};

/// Prints what happens until the execution ends; gives it as it then is.
pub async fn follow(client: &Client, id: &str, output: Output) -> Result<Json> {
    let path = format!("/api/v1/executions/{}", part(id)?);
    let mut printer = Printer::new(&client.get(&path).await?, output);
    let mut events = client.events(id)?;
    while let Some(event) = events.next().await? {
        if output.is_json() {
            print_json_line(&event);
            continue;
        }
        printer.note(&event);
        if printer.is_news(&event) {
            printer.print(&client.get(&path).await?);
        }
        printer.live.show(&printer.running.line());
    }
    printer.live.clear();
    client.get(&path).await
}

/// The failure that an execution ended with, if it did not end well.
pub fn failure_of(execution: &Json) -> Option<Failure> {
    let status = execution["status"].as_str().unwrap_or_default();
    if status == "completed" {
        return None;
    }
    let id = execution["id"].as_str().unwrap_or_default();
    let step = execution["error"]["step"].as_str();
    let step = step.map_or_else(String::new, |step| format!(" in step \"{step}\""));
    let why = execution["error"]["message"].as_str();
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    Some(Failure::failed(printable(&format!("execution {id} is {status}{step}{why}"))))
}

struct Printer {
    live: Live,
    output: Output,
    began: Timestamp,
    printed: BTreeSet<(String, i64, i64)>,
    running: Running,
    /// How many instances each fan-out has, before they all have begun.
    sizes: BTreeMap<String, usize>,
}

impl Printer {
    fn new(detail: &Json, output: Output) -> Self {
        let began = time(&detail["created_at"]).unwrap_or(Timestamp::EPOCH);
        let running = Running::default();
        let live = output.live();
        output.say(&head());
        Self { live, output, began, printed: BTreeSet::new(), running, sizes: BTreeMap::new() }
    }

    /// Whether an attempt ended that is not on the screen yet.
    fn is_news(&self, event: &Event) -> bool {
        let number = |field: &str| event.data[field].as_i64().unwrap_or(-1);
        let step = event.data["step"].as_str().unwrap_or_default().to_owned();
        matches!(event.kind.as_str(), "attempt_completed" | "attempt_failed")
            && !self.printed.contains(&(step, number("instance"), number("attempt")))
            || event.is_final()
    }

    fn print(&mut self, detail: &Json) {
        if self.output.quiet || self.output.is_json() {
            return;
        }
        for mut one in ended(detail) {
            let known = self.sizes.get(one.step["id"].as_str().unwrap_or_default());
            one.of = known.map_or(one.of, |size| one.of.max(*size));
            if self.printed.insert(one.key()) {
                self.live.print(&one.line(self.began));
            }
        }
    }

    fn note(&mut self, event: &Event) {
        self.running.note(event);
        if event.kind == "step_expanded"
            && let Some(step) = event.data["step"].as_str()
        {
            let size = event.data["items"].as_array().map_or(0, Vec::len);
            self.sizes.insert(step.to_owned(), size);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn failures_name_the_step_and_the_reason() {
        let check = |execution: Json, expected: Option<&str>| {
            assert_eq!(failure_of(&execution).map(|f| f.message).as_deref(), expected);
        };
        check(json!({"status": "completed"}), None);
        check(
            json!({"id": "exe_1", "status": "cancelled", "error": null}),
            Some("execution exe_1 is cancelled"),
        );
        check(
            json!({"id": "exe_1", "status": "failed", "error": {"step": "a", "message": "no \u{1b}model"}}),
            Some("execution exe_1 is failed in step \"a\": no model"),
        );
    }
}
