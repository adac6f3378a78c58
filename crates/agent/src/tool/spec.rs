//! A tool as data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a tool says about itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolSpec {
    /// Its name, as the model writes it: letters, digits, `_` and `-`.
    pub name: String,
    /// What it does and when to use it, for the model.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub input_schema: serde_json::Value,
    /// What running it does to the world.
    pub effect: Effect,
    /// The permission that the person behind the agent needs.
    pub permission: &'static str,
    /// How long one call may take.
    pub timeout: Duration,
    /// The largest output; more is cut off.
    pub max_output_bytes: usize,
}

/// What running a tool does to the world, which decides what happens after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: run it as often as you like.
    Pure,
    /// Something, but twice is the same as once.
    Idempotent,
    /// Something that another call can undo.
    Compensable,
    /// Something for good; when its outcome is unknown, a person decides.
    Irreversible,
}

impl ToolSpec {
    /// The tool as the model sees it.
    pub fn for_model(&self) -> llm::chat::ToolSpec {
        llm::chat::ToolSpec {
            name: self.name.clone(),
            description: self.description.clone(),
            parameters: self.input_schema.clone(),
            strict: None,
        }
    }
}
