//! Whether a command can be rendered at all, asked when it is loaded or saved.

use std::collections::BTreeSet;

use super::params::{fits, kind, noun};
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
        match &spec.default {
            Some(value) if !fits(spec.r#type, value) => faults.push(at(
                &path,
                format!(
                    "the default of parameter \"{name}\" must be {}, but is {}",
                    noun(spec.r#type),
                    kind(value)
                ),
            )),
            Some(_) if spec.required => faults.push(at(
                &path,
                format!(
                    "parameter \"{name}\" is required and has a default: remove one of the two"
                ),
            )),
            Some(_) | None => {}
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
    for name in read.iter().filter(|name| !command.params.contains_key(*name)) {
        faults.push(Fault {
            at: Place::PromptLine(line_with(&command.prompt, name)),
            message: format!(
                "the prompt reads \"{name}\", which is no parameter: declare it under \"params\""
            ),
        });
    }
    let constraining: BTreeSet<String> = command
        .output_schema
        .iter()
        .flat_map(schema::sources)
        .filter_map(|source| source.path.split('.').next().map(str::to_owned))
        .collect();
    for name in
        command.params.keys().filter(|name| !read.contains(*name) && !constraining.contains(*name))
    {
        faults.push(at(&["params", name], format!(
            "nothing reads parameter \"{name}\": write {{{{ {name} }}}} in the prompt or remove it"
        )));
    }
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
