//! What runs at this moment, for the live line.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::client::Event;

/// The attempts that run, and how much text has arrived.
#[derive(Debug, Default)]
pub struct Running {
    attempts: BTreeMap<String, u32>,
    letters: usize,
}

impl Running {
    /// Takes an event in.
    pub fn note(&mut self, event: &Event) {
        let step = || step(&event.data);
        match event.kind.as_str() {
            "attempt_started" => *self.attempts.entry(step()).or_default() += 1,
            "attempt_completed" | "attempt_failed" => {
                let step = step();
                if let Some(count) = self.attempts.get_mut(&step) {
                    *count = count.saturating_sub(1);
                }
                self.attempts.retain(|_, count| *count > 0);
                self.letters = 0;
            }
            "delta" => {
                self.letters += event.data["text"].as_str().map_or(0, |text| text.chars().count());
            }
            _ => {}
        }
    }

    /// The live line.
    pub fn line(&self) -> String {
        let name = |(step, count): (&String, &u32)| match count {
            1 => step.clone(),
            count => format!("{step} ×{count}"),
        };
        let names: Vec<String> = self.attempts.iter().map(name).collect();
        match (names.is_empty(), self.letters) {
            (true, _) => "… waiting".to_owned(),
            (false, 0) => format!("… {}", names.join(", ")),
            (false, letters) => format!("… {} · {letters} characters received", names.join(", ")),
        }
    }
}

fn step(data: &Json) -> String {
    data["step"].as_str().unwrap_or("a step").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn live_line_tells_what_runs() {
        let mut running = Running::default();
        let mut check = |kind: &str, data: Json, expected: &str| {
            running.note(&Event { kind: kind.to_owned(), data });
            assert_eq!(running.line(), expected);
        };
        check("execution_started", json!({}), "… waiting");
        check("attempt_started", json!({"step": "a"}), "… a");
        check("attempt_started", json!({"step": "a"}), "… a ×2");
        check("delta", json!({"text": "مرحبا"}), "… a ×2 · 5 characters received");
        check("attempt_completed", json!({"step": "a"}), "… a");
        check("attempt_failed", json!({"step": "a"}), "… waiting");
    }
}
