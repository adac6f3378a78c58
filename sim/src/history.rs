//! A history: a definition, the facts of one of its executions, and what they come to.

use std::fmt::Write as _;

use engine::{Event, InstanceStatus, Plan, State, definition, replay};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// The hash of all histories of a simulation.
#[derive(Debug, Default, Clone)]
pub struct Hash(Sha256);

impl Hash {
    /// Takes a line in.
    pub fn add(&mut self, line: &str) {
        self.0.update(line.as_bytes());
        self.0.update(b"\n");
    }

    /// The hash in hexadecimal digits.
    pub fn hex(self) -> String {
        self.0.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// A state as people and the API see it; what the engine keeps for itself is left out, so
/// that it may change.
pub fn picture(state: &State) -> Json {
    let steps = state.steps.iter().map(|step| {
        let instances = step.instances.iter().map(|instance| {
            let (word, given) = match &instance.status {
                InstanceStatus::Waiting => ("waiting", Json::Null),
                InstanceStatus::Running { .. } => ("running", Json::Null),
                InstanceStatus::Parked { .. } => ("parked", Json::Null),
                InstanceStatus::Backoff { .. } => ("backoff", Json::Null),
                InstanceStatus::Completed { output } => ("completed", output.clone()),
                InstanceStatus::Failed { failure } => ("failed", json!(failure)),
                InstanceStatus::Cancelled => ("cancelled", Json::Null),
            };
            json!({
                "label": instance.label, "item": instance.item, "status": word, "given": given,
                "attempts": instance.attempts,
            })
        });
        json!({
            "status": step.status, "failure": step.failure, "rounds": step.rounds,
            "feedback": step.feedback, "instances": instances.collect::<Vec<_>>(),
        })
    });
    json!({
        "status": state.status, "inputs": state.inputs, "origin": state.origin,
        "outputs": state.outputs, "failure": state.failure, "events": state.events(),
        "steps": steps.collect::<Vec<_>>(),
    })
}

/// The hash of a state's picture.
pub fn picture_hash(state: &State) -> String {
    let mut hash = Hash::default();
    hash.add(&picture(state).to_string());
    hash.hex()
}

/// A history as text: a line for what it is, then a line for each fact.
pub fn write(text: &str, facts: &[String], state: &State) -> String {
    let head = json!({ "definition": text, "end": state.status, "state": picture_hash(state) });
    let mut all = head.to_string();
    for fact in facts {
        all.push('\n');
        all.push_str(fact);
    }
    all.push('\n');
    all
}

/// Replays a history; an error says how it comes to another state than it did.
pub fn replays(history: &str) -> Result<State, String> {
    let mut lines = history.lines();
    let head: Json = lines
        .next()
        .and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(|| "the first line says nothing".to_owned())?;
    let text = head["definition"].as_str().ok_or_else(|| "it has no definition".to_owned())?;
    let definition = definition::parse(text)
        .map_err(|problems| format!("its definition is refused now: {problems:?}"))?;
    let plan = Plan::new(definition);
    let facts: Result<Vec<Event>, String> = lines
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{line}: {error}")))
        .collect();
    let facts = facts?;
    for (fact, line) in facts.iter().zip(history.lines().skip(1)) {
        let stored = serde_json::to_string(fact).map_err(|error| error.to_string())?;
        if stored != line {
            return Err(format!("{line} is now stored as {stored}"));
        }
    }
    let state = replay(&plan, &facts);
    let (expected, found) = (head["state"].as_str(), picture_hash(&state));
    if expected == Some(found.as_str()) {
        return Ok(state);
    }
    Err(format!("it comes to the state {found}, not {expected:?}: {}", picture(&state)))
}
