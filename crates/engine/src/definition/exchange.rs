//! Workflows as files that travel: the seed's format
//! `{version, workflow, agents_used, commands_used}`, and YAML.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::parse::{parse, tree};
use super::problem::{Problem, brief};
use super::tree::{Place, Value};
use super::{Definition, yaml};

/// The version of the format that is written; the only one that is read.
pub const EXPORT_VERSION: &str = "1.0";

/// A workflow as it travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exported {
    /// [`EXPORT_VERSION`].
    pub version: String,
    /// The definition, as it was written.
    pub workflow: Json,
    /// The slugs of the agents that it names.
    pub agents_used: Vec<String>,
    /// The slugs of the commands that it names.
    pub commands_used: Vec<String>,
}

/// A workflow that came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The text to keep, YAML or JSON as it came.
    pub text: String,
    /// The same, checked.
    pub definition: Definition,
}

/// A sound definition in the seed's format.
pub fn export(text: &str) -> Result<Exported, Vec<Problem>> {
    let definition = parse(text)?;
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    Ok(Exported {
        version: EXPORT_VERSION.to_owned(),
        workflow: tree(text)?.json(),
        agents_used: owned(definition.agents()),
        commands_used: owned(definition.commands()),
    })
}

/// Reads a workflow in the seed's format or as a definition, YAML or JSON. Which agents and
/// commands exist is checked afterwards, as for every definition.
pub fn import(text: &str) -> Result<Imported, Vec<Problem>> {
    let root = tree(text)?;
    // A definition itself has no key of this name on the outside.
    let Some(workflow) = root.get("workflow") else {
        let definition = parse(text)?;
        return Ok(Imported { text: text.to_owned(), definition });
    };
    let is_known = match root.get("version").map(|version| &version.value) {
        Some(Value::Text(version)) => matches!(version.trim(), "1" | EXPORT_VERSION),
        Some(Value::Number(version)) => version.as_f64() == Some(1.0),
        _ => false,
    };
    if !is_known {
        let version = root.get("version").map(|version| version.json().to_string());
        let message = match version {
            Some(version) => {
                format!("the file has the version {}, which is unknown", brief(&version))
            }
            None => "the file has no version".to_owned(),
        };
        let place = root.get("version").unwrap_or(&root);
        return Err(vec![problem_at(place.place, message, "export it again as version \"1.0\"")]);
    }
    if let Value::Map(fields) = &root.value {
        let known = ["version", "workflow", "agents_used", "commands_used"];
        if let Some(field) = fields.iter().find(|field| !known.contains(&field.key.as_str())) {
            let message = format!("unknown key \"{}\"", brief(&field.key));
            let fix = "take it out; a file has version, workflow, agents_used and commands_used";
            return Err(vec![problem_at(field.place, message, fix)]);
        }
    }
    // Some files hold the definition as a text, which keeps its comments.
    let text = match workflow.as_text() {
        Some(text) => text.to_owned(),
        None => to_yaml(&workflow.json()).map_err(|message| {
            vec![problem_at(workflow.place, message, "write the workflow as YAML")]
        })?,
    };
    let definition = parse(&text)?;
    Ok(Imported { text, definition })
}

fn problem_at(place: Place, message: String, fix: &str) -> Problem {
    let Place { line, column } = place;
    Problem { line, column, step: None, message, fix: fix.to_owned() }
}

impl Definition {
    /// The definition as YAML, in one way to say everything. A text that people wrote says it
    /// better: keep that where there is one.
    pub fn to_yaml(&self) -> Result<String, String> {
        to_yaml(&self.to_json())
    }
}

/// A value as YAML that is read as the same value again.
pub fn to_yaml(value: &Json) -> Result<String, String> {
    let options = serde_saphyr::ser_options! { compact_list_indent: false };
    let text = serde_saphyr::to_string_with_options(value, options)
        .map_err(|error| format!("the value cannot be written as YAML: {error}"))?;
    // JSON is YAML too, and has no two ways to read a text.
    match yaml::read(&text) {
        Ok(node) if node.json() == *value => Ok(text),
        _ => serde_json::to_string_pretty(value).map_err(|error| error.to_string()),
    }
}
