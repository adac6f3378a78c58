//! Whether a command can be rendered at all, asked when it is loaded or saved.

use std::collections::BTreeSet;

use super::params::misfits;
use super::{Error, render, schema, template};
use crate::library::{Command, ParamType};

/// One mistake in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub at: Place,
    /// What is wrong and how to fix it.
    pub message: String,
}

/// A place in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A field, as the keys that lead to it.
    Field(Vec<String>),
    /// A line of the prompt, counted from 1.
    PromptLine(usize),
}

/// Every mistake in a command's parameters, schema, prompt and example.
pub fn check(command: &Command) -> Vec<Fault> {
    let mut faults = Vec::new();
    check_defaults(command, &mut faults);
    check_schema(command, &mut faults);
    check_prompt(command, &mut faults);
    if faults.is_empty() {
        check_example(command, &mut faults);
    }
    faults
}

fn at(path: &[&str], message: String) -> Fault {
    Fault { at: Place::Field(path.iter().map(|key| (*key).to_owned()).collect()), message }
}

fn check_defaults(command: &Command, faults: &mut Vec<Fault>) {
    for (name, spec) in &command.params {
        let path = ["params", name, "default"];
        if let Some(Err(error)) = spec.items.as_ref().map(jsonschema::validator_for) {
            faults.push(at(
                &["params", name, "items"],
                format!("the items of parameter \"{name}\" have no JSON Schema: {error}"),
            ));
            continue;
        }
        if spec.items.is_some() && spec.r#type != ParamType::List {
            faults.push(at(
                &["params", name, "items"],
                format!(
                    "parameter \"{name}\" has items but is no list: make it one or remove \"items\""
                ),
            ));
        }
        let Some(default) = &spec.default else { continue };
        for fault in misfits(name, spec, default) {
            faults.push(at(
                &path,
                format!("the default of parameter \"{}\" {}", fault.field, fault.message),
            ));
        }
        if spec.required {
            faults.push(at(
                &path,
                format!(
                    "parameter \"{name}\" is required and has a default: remove one of the two"
                ),
            ));
        }
    }
}

fn check_schema(command: &Command, faults: &mut Vec<Fault>) {
    let Some(shape) = &command.output_schema else { return };
    if let Err(error) = jsonschema::validator_for(shape) {
        faults
            .push(at(&["output_schema"], format!("\"output_schema\" is no JSON Schema: {error}")));
    }
    for source in schema::sources(shape) {
        let root = source.path.split('.').next().unwrap_or_default();
        let fault = match command.params.get(root).map(|spec| spec.r#type) {
            None => format!("\"{}\" refers to unknown parameter \"{root}\"", schema::ENUM_FROM),
            Some(
                ParamType::String | ParamType::Integer | ParamType::Number | ParamType::Boolean,
            ) => {
                format!(
                    "\"{}\" refers to parameter \"{root}\", which is no list",
                    schema::ENUM_FROM
                )
            }
            Some(ParamType::List | ParamType::Object | ParamType::Any) => continue,
        };
        faults.push(at(
            &["output_schema", schema::ENUM_FROM],
            format!("{fault}: name a list parameter"),
        ));
    }
}

fn check_prompt(command: &Command, faults: &mut Vec<Fault>) {
    if command.prompt.trim().is_empty() {
        faults.push(at(&[], "there is no prompt: write it below the front matter".to_owned()));
        return;
    }
    let read = match template::names(&command.prompt) {
        Ok(names) => names,
        Err(fault) => {
            faults.push(Fault {
                at: Place::PromptLine(fault.line),
                message: format!("prompt: {}", fault.message),
            });
            return;
        }
    };
    faults.extend(read.iter().filter_map(|path| unknown_path(command, path)));
    let sources = command.output_schema.iter().flat_map(schema::sources);
    let used: BTreeSet<String> = read
        .iter()
        .filter_map(|path| path.strip_prefix("params."))
        .map(str::to_owned)
        .chain(sources.map(|source| source.path))
        .map(|path| path.split('.').next().unwrap_or_default().to_owned())
        .collect();
    let is_read = |name: &String| read.contains("params") || used.contains(name);
    for name in command.params.keys().filter(|name| !is_read(name)) {
        faults.push(at(&["params", name], format!(
            "nothing reads parameter \"{name}\": write {{{{ params.{name} }}}} in the prompt or remove it"
        )));
    }
}

/// What is wrong with a path that the prompt reads, if it leads nowhere.
fn unknown_path(command: &Command, path: &str) -> Option<Fault> {
    let (root, name) = path.split_once('.').unwrap_or((path, ""));
    let name = name.split('.').next().unwrap_or_default();
    let message = match root {
        "params" if name.is_empty() || command.params.contains_key(name) => return None,
        "params" => format!("\"{name}\" is no parameter: declare it under \"params\""),
        _ => format!("there is no \"{root}\": parameters are read as \"params.{root}\""),
    };
    let at = Place::PromptLine(line_with(&command.prompt, path));
    Some(Fault { at, message: format!("the prompt reads \"{path}\", but {message}") })
}

fn check_example(command: &Command, faults: &mut Vec<Fault>) {
    let Some(example) = &command.example else { return };
    match render(command, example) {
        Ok(_) => {}
        Err(Error::Params { fields, .. }) => faults.extend(fields.into_iter().map(|fault| {
            at(&["example", &fault.field], format!("example: {} {}", fault.field, fault.message))
        })),
        Err(Error::Template { line, message, .. }) => {
            faults
                .push(Fault { at: Place::PromptLine(line), message: format!("prompt: {message}") });
        }
    }
}

fn line_with(text: &str, word: &str) -> usize {
    text.lines().position(|line| line.contains(word)).map_or(1, |index| index + 1)
}
