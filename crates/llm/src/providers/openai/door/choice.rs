//! Whether and which tools are called, in the words of OpenAI's two dialects.

use serde::Deserialize;

use crate::chat::{ToolChoice, ToolSpec};
use crate::door::FieldError;

type Result<T> = std::result::Result<T, FieldError>;

const FIELD: &str = "tool_choice";

/// `tool_choice` in every form of either dialect.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(in crate::providers) enum Choice {
    Word(String),
    Object(Chosen),
}

/// A tool, or the tools that may be called. Chats say what is chosen in an object of its own,
/// responses beside the type.
#[derive(Debug, Deserialize)]
pub(in crate::providers) struct Chosen {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
    function: Option<Named>,
    mode: Option<String>,
    tools: Option<Vec<Listed>>,
    allowed_tools: Option<Allowed>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Allowed {
    mode: Option<String>,
    tools: Option<Vec<Listed>>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
    function: Option<Named>,
}

/// What is chosen. Tools that may not be called are taken out, so that no model sees them.
pub(in crate::providers) fn choose(
    choice: Option<Choice>,
    tools: &mut Vec<ToolSpec>,
) -> Result<ToolChoice> {
    let choice = match choice {
        None => ToolChoice::Auto,
        Some(Choice::Word(word)) => word_of(&word)?,
        Some(Choice::Object(chosen)) => match chosen.kind.as_deref().unwrap_or("function") {
            "function" => {
                let name = chosen.function.and_then(|function| function.name).or(chosen.name);
                let missing = || FieldError::new("tool_choice.function.name", "it is missing");
                ToolChoice::Tool(name.ok_or_else(missing)?)
            }
            "allowed_tools" => {
                let beside = Allowed { mode: chosen.mode, tools: chosen.tools };
                only_allowed(chosen.allowed_tools.unwrap_or(beside), tools)?
            }
            other => {
                let message = format!("\"{other}\" cannot be had; use function or allowed_tools");
                return Err(FieldError::new("tool_choice.type", message));
            }
        },
    };
    can_be_chosen(FIELD, &choice, tools)?;
    Ok(choice)
}

fn word_of(word: &str) -> Result<ToolChoice> {
    match word {
        "auto" => Ok(ToolChoice::Auto),
        "none" => Ok(ToolChoice::None),
        "required" => Ok(ToolChoice::Required),
        other => {
            let message = format!("\"{other}\" is unknown; use auto, none, required or a tool");
            Err(FieldError::new(FIELD, message))
        }
    }
}

fn only_allowed(allowed: Allowed, tools: &mut Vec<ToolSpec>) -> Result<ToolChoice> {
    let wrong = |message: String| FieldError::new("tool_choice.tools", message);
    let mut names = Vec::new();
    for listed in allowed.tools.unwrap_or_default() {
        if let Some(other) = listed.kind.filter(|kind| kind != "function") {
            return Err(wrong(format!("\"{other}\" cannot be had; use function")));
        }
        let name = listed.function.and_then(|function| function.name).or(listed.name);
        let name = name.ok_or_else(|| wrong("each of them needs a name".to_owned()))?;
        if !tools.iter().any(|tool| tool.name == name) {
            return Err(wrong(format!("the tool \"{name}\" is not among the tools")));
        }
        names.push(name);
    }
    tools.retain(|tool| names.contains(&tool.name));
    match allowed.mode.as_deref() {
        Some("required") => Ok(ToolChoice::Required),
        Some("auto") => Ok(ToolChoice::Auto),
        Some(_) | None => Err(FieldError::new("tool_choice.mode", "say auto or required")),
    }
}

/// A tool that must be called has to be offered; `field` is where it is named.
pub(in crate::providers) fn can_be_chosen(
    field: &str,
    choice: &ToolChoice,
    tools: &[ToolSpec],
) -> Result<()> {
    match choice {
        ToolChoice::Required if tools.is_empty() => {
            Err(FieldError::new(FIELD, "there is no tool to call; send tools"))
        }
        ToolChoice::Tool(name) if !tools.iter().any(|tool| tool.name == *name) => {
            let message = format!("the tool \"{name}\" is not among the tools");
            Err(FieldError::new(field, message))
        }
        ToolChoice::Auto | ToolChoice::None | ToolChoice::Required | ToolChoice::Tool(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;

    fn chosen(choice: Value) -> std::result::Result<(ToolChoice, Vec<String>), String> {
        let tool = |name: &str| ToolSpec {
            name: name.into(),
            description: String::new(),
            parameters: json!({}),
            strict: None,
        };
        let mut tools = vec![tool("a"), tool("b"), tool("c")];
        match choose(Some(serde_json::from_value(choice).unwrap()), &mut tools) {
            Ok(choice) => Ok((choice, tools.into_iter().map(|tool| tool.name).collect())),
            Err(error) => Err(error.field.unwrap()),
        }
    }

    #[test]
    fn every_form_says_which_tools_are_left_and_whether_they_must_be_called() {
        let check = |choice: Value, expected: ToolChoice, left: &[&str]| {
            let left: Vec<String> = left.iter().map(|&name| name.into()).collect();
            assert_eq!(chosen(choice.clone()), Ok((expected, left)), "{choice}");
        };
        let all = ["a", "b", "c"];
        check(json!("auto"), ToolChoice::Auto, &all);
        check(json!("none"), ToolChoice::None, &all);
        check(json!("required"), ToolChoice::Required, &all);
        let one = || ToolChoice::Tool("b".into());
        check(json!({"type": "function", "function": {"name": "b"}}), one(), &all);
        check(json!({"type": "function", "name": "b"}), one(), &all);
        check(json!({"function": {"name": "b"}}), one(), &all);
        let listed = json!([{"type": "function", "function": {"name": "a"}},
            {"type": "function", "function": {"name": "c"}}]);
        check(
            json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": listed}}),
            ToolChoice::Auto,
            &["a", "c"],
        );
        let listed = json!([{"type": "function", "name": "c"}]);
        check(
            json!({"type": "allowed_tools", "mode": "required", "tools": listed}),
            ToolChoice::Required,
            &["c"],
        );
    }

    #[test]
    fn what_cannot_be_chosen_is_refused_with_its_field() {
        let check = |choice: Value, field: &str| {
            assert_eq!(chosen(choice.clone()), Err(field.into()), "{choice}");
        };
        check(json!("maybe"), "tool_choice");
        check(json!({"type": "function", "name": "d"}), "tool_choice");
        check(json!({"type": "function"}), "tool_choice.function.name");
        check(json!({"type": "mcp", "server_label": "s", "name": "a"}), "tool_choice.type");
        check(json!({"type": "custom", "custom": {"name": "a"}}), "tool_choice.type");
        check(json!({"type": "web_search_preview"}), "tool_choice.type");
        let listed =
            |tool: Value| json!({"type": "allowed_tools", "mode": "auto", "tools": [tool]});
        check(listed(json!({"type": "function", "name": "d"})), "tool_choice.tools");
        check(listed(json!({"type": "mcp", "server_label": "s"})), "tool_choice.tools");
        check(listed(json!({"type": "function"})), "tool_choice.tools");
        check(json!({"type": "allowed_tools", "tools": []}), "tool_choice.mode");
        check(json!({"type": "allowed_tools", "mode": "required"}), "tool_choice");
    }
}
