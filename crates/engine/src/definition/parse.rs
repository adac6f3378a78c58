//! Text into a checked definition.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value as Json;
use serde_saphyr::{Location, Spanned};

use super::check::check;
use super::inputs::{article, fits};
use super::model::{Definition, InputSpec};
use super::problem::Problem;
use super::raw::{RawDefinition, RawInput, RawStep};
use super::yaml;
use crate::expression::{SyntaxError, Template};

/// The longest definition, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The most steps.
pub const MAX_STEPS: usize = 500;
/// The most problems that are reported at once.
pub(super) const MAX_PROBLEMS: usize = 50;

/// Parses and checks a definition in YAML or JSON (which YAML contains).
pub fn parse(text: &str) -> Result<Definition, Vec<Problem>> {
    if text.len() > MAX_BYTES {
        let message = format!("the definition has {} bytes, more than {MAX_BYTES}", text.len());
        return Err(vec![whole(message, "split it into several workflows")]);
    }
    let raw = yaml::read(text).map_err(|problem| vec![problem])?;
    if raw.steps.len() > MAX_STEPS {
        let message = format!("the workflow has {} steps, more than {MAX_STEPS}", raw.steps.len());
        return Err(vec![whole(message, "split it into several workflows")]);
    }
    let outputs_place = raw.outputs.as_ref().map_or(Location::UNKNOWN, |it| it.referenced);
    let mut reader = Reader { problems: Vec::new(), positions: HashMap::new() };
    let definition = reader.definition(raw);
    let mut problems = reader.problems;
    if problems.is_empty() {
        problems.extend(check(&definition, outputs_place));
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.truncate(MAX_PROBLEMS);
    if problems.is_empty() { Ok(definition) } else { Err(problems) }
}

fn whole(message: impl Into<String>, fix: &str) -> Problem {
    Problem { line: 0, column: 0, step: None, message: message.into(), fix: fix.to_owned() }
}

pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
    /// Where each step stands, by its id.
    pub(super) positions: HashMap<String, usize>,
}

impl Reader {
    fn definition(&mut self, raw: RawDefinition) -> Definition {
        let name = match raw.name {
            Some(name) if (3..=255).contains(&name.value.trim().chars().count()) => {
                name.value.trim().to_owned()
            }
            Some(name) => {
                self.at(
                    &name.referenced,
                    None,
                    "the name has to be 3 to 255 characters long",
                    "give it a telling name",
                );
                String::new()
            }
            None => {
                self.problems.push(whole(
                    "the workflow has no name",
                    "add a line like \"name: Build a feature\"",
                ));
                String::new()
            }
        };
        if raw.steps.is_empty() {
            self.problems
                .push(whole("the workflow has no steps", "add at least one under \"steps:\""));
        }
        let ids = self.ids(&raw.steps);
        // The flat form: when no step says what it needs, they run in the order written.
        let is_flat = raw.steps.iter().all(|step| step.value.needs.is_none());
        let steps = raw.steps.into_iter().zip(ids).enumerate();
        let steps = steps
            .map(|(position, (step, id))| self.step(position, id, step, is_flat, &raw.defaults))
            .collect();
        let outputs = raw.outputs.and_then(|outputs| self.template(&outputs, None));
        let inputs = raw.inputs.into_iter().map(|(name, input)| {
            let spec = self.input(&name, input);
            (name, spec)
        });
        let inputs = inputs.collect();
        let env = self.env(raw.env);
        Definition { name, description: raw.description, inputs, env, steps, outputs }
    }

    fn input(&mut self, name: &str, input: Spanned<RawInput>) -> InputSpec {
        let (place, input) = (input.referenced, input.value);
        if let Some(default) = &input.default
            && !fits(input.kind, default)
        {
            let message = format!("the default of the input \"{name}\" has the wrong type");
            self.at(&place, None, &message, &format!("make it {}", article(input.kind)));
        }
        InputSpec {
            kind: input.kind,
            description: input.description,
            required: input.required,
            default: input.default,
        }
    }

    /// The constants. An expression among them would be taken for a text, so it is refused.
    fn env(&mut self, env: Option<Spanned<IndexMap<String, Json>>>) -> Json {
        let Some(env) = env else { return Json::Object(serde_json::Map::new()) };
        let value = Json::Object(env.value.into_iter().collect());
        if !matches!(Template::parse(&value), Ok(Template::Constant(_))) {
            let message = "\"env\" holds constants, so it cannot hold expressions";
            self.at(&env.referenced, None, message, "write the expression where it is used");
        }
        value
    }

    /// Every step's id, given or made, and where it stands.
    fn ids(&mut self, steps: &[Spanned<RawStep>]) -> Vec<String> {
        let mut ids = Vec::with_capacity(steps.len());
        for (position, step) in steps.iter().enumerate() {
            let id = match &step.value.id {
                None => format!("step_{}", position + 1),
                Some(id) => {
                    if !is_id(&id.value) {
                        self.at(
                            &id.referenced,
                            Some(&id.value),
                            "a step's id starts with a letter and has letters, digits, _ and - only (at most 64)",
                            "rename it",
                        );
                    }
                    id.value.clone()
                }
            };
            if self.positions.insert(id.clone(), position).is_some() {
                self.at(
                    &step.referenced,
                    Some(&id),
                    "another step has the same id",
                    "rename one of them",
                );
            }
            ids.push(id);
        }
        ids
    }

    pub(super) fn template(
        &mut self,
        value: &Spanned<Json>,
        step: Option<&str>,
    ) -> Option<Template> {
        match Template::parse(&value.value) {
            Ok(template) => Some(template),
            Err(error) => {
                self.syntax(&value.referenced, step, &error);
                None
            }
        }
    }

    pub(super) fn syntax(&mut self, place: &Location, step: Option<&str>, error: &SyntaxError) {
        self.at(
            place,
            step,
            &format!("the expression cannot be read: {error}"),
            "mend the expression",
        );
    }

    pub(super) fn at(&mut self, place: &Location, step: Option<&str>, message: &str, fix: &str) {
        self.problems.push(Problem {
            line: place.line(),
            column: place.column(),
            step: step.map(str::to_owned),
            message: message.to_owned(),
            fix: fix.to_owned(),
        });
    }
}

fn is_id(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
