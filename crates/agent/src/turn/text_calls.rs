//! Tool calls that a small model writes as text instead of making them.

use llm::chat::{ToolCall, ToolSpec};
use serde_json::Value;

use super::json::{self, Found};

/// The calls in a text, if it names a tool that is on offer: `{"name": …, "arguments": …}`
/// alone, in a list, in a fence or between `<tool_call>` tags. They have no id yet.
pub(super) fn find(text: &str, tools: &[ToolSpec]) -> Vec<ToolCall> {
    if tools.is_empty() {
        return Vec::new();
    }
    match json::find(text) {
        Found::Values(values) => {
            values.iter().flat_map(flatten).filter_map(|value| read(value, tools)).collect()
        }
        Found::Cut | Found::Nothing => Vec::new(),
    }
}

fn flatten(value: &Value) -> Vec<&Value> {
    match value.get("tool_calls").unwrap_or(value) {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn read(value: &Value, tools: &[ToolSpec]) -> Option<ToolCall> {
    let value = value.get("function").filter(|inner| inner.is_object()).unwrap_or(value);
    let name = ["name", "tool", "function"].iter().find_map(|key| value.get(key)?.as_str())?;
    tools.iter().find(|tool| tool.name == name)?;
    let given =
        ["arguments", "parameters", "args", "input"].iter().find_map(|key| value.get(key))?;
    let arguments = match given {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(ToolCall { id: String::new(), name: name.to_owned(), arguments })
}
