//! Text into a checked definition.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value as Json;
use serde_saphyr::{Location, Spanned};

use super::check::check;
use super::model::{Action, Definition, InputSpec, Matrix, Retry, StepDefinition};
use super::problem::Problem;
use super::raw::{RawDefaults, RawDefinition, RawRetry, RawStep, RawStrategy};
use crate::expression::{Expression, SyntaxError, Template, parse as parse_expression};

/// The longest definition, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The most steps.
pub const MAX_STEPS: usize = 500;
/// How long an attempt of an agent may take when nothing else is said.
const AGENT_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How long an attempt of a tool may take when nothing else is said (catalogue 5.7).
const TOOL_TIMEOUT: Duration = Duration::from_secs(300);

/// Parses and checks a definition in YAML or JSON (which YAML contains).
pub fn parse(text: &str) -> Result<Definition, Vec<Problem>> {
    if text.len() > MAX_BYTES {
        let message = format!("the definition has {} bytes, more than {MAX_BYTES}", text.len());
        return Err(vec![whole(message, "split it into several workflows")]);
    }
    let raw: RawDefinition =
        serde_saphyr::from_str(text).map_err(|error| vec![yaml_problem(&error)])?;
    let mut reader = Reader { problems: Vec::new(), positions: HashMap::new() };
    let definition = reader.definition(raw);
    let mut problems = reader.problems;
    if problems.is_empty() {
        problems.extend(check(&definition));
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    if problems.is_empty() { Ok(definition) } else { Err(problems) }
}

fn whole(message: impl Into<String>, fix: &str) -> Problem {
    Problem { line: 0, column: 0, step: None, message: message.into(), fix: fix.to_owned() }
}

fn yaml_problem(error: &serde_saphyr::Error) -> Problem {
    let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
    let text = error.to_string();
    // The library repeats the place and shows the source below; the first line says what.
    let message = text.lines().next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message = message
        .split_once(": ")
        .filter(|(head, _)| head.starts_with("line "))
        .map_or(message, |(_, rest)| rest);
    let fix = if message.contains("unknown field") {
        "use one of the keys named"
    } else {
        "mend the YAML at this place"
    };
    Problem { line, column, step: None, message: message.to_owned(), fix: fix.to_owned() }
}

struct Reader {
    problems: Vec<Problem>,
    positions: HashMap<String, usize>,
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
        if raw.steps.len() > MAX_STEPS {
            let message =
                format!("the workflow has {} steps, more than {MAX_STEPS}", raw.steps.len());
            self.problems.push(whole(message, "split it into several workflows"));
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
            let spec = InputSpec {
                kind: input.kind,
                description: input.description,
                required: input.required,
                default: input.default,
            };
            (name, spec)
        });
        Definition {
            name,
            description: raw.description,
            inputs: inputs.collect(),
            env: Json::Object(raw.env.into_iter().collect()),
            steps,
            outputs,
        }
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

    fn step(
        &mut self,
        position: usize,
        id: String,
        raw: Spanned<RawStep>,
        is_flat: bool,
        defaults: &RawDefaults,
    ) -> StepDefinition {
        let place = raw.referenced;
        let mut step = raw.value;
        let needs = match step.needs.take() {
            Some(needs) => self.needs(&id, &needs),
            None if is_flat && position > 0 => vec![position - 1],
            None => Vec::new(),
        };
        let when = step.when.take().and_then(|when| self.condition(&id, &when));
        let matrix = step.strategy.take().and_then(|strategy| self.matrix(&id, strategy));
        let retry = self.retry(&place, &id, step.retry.as_ref().or(defaults.retry.as_ref()));
        let minutes = step.timeout_minutes.or(defaults.timeout_minutes);
        let name = step.name.clone().unwrap_or_else(|| id.replace(['_', '-'], " "));
        let continue_on_error = step.continue_on_error;
        let action = self.action(&place, &id, step, defaults);
        let fallback = match action {
            Action::Agent { .. } => AGENT_TIMEOUT,
            Action::Tool { .. } => TOOL_TIMEOUT,
        };
        let timeout = match minutes {
            None => fallback,
            Some(minutes) if minutes > 0.0 && minutes <= 60.0 * 24.0 * 30.0 => {
                Duration::from_secs_f64(minutes * 60.0)
            }
            Some(_) => {
                self.at(
                    &place,
                    Some(&id),
                    "timeout-minutes has to be above 0 and at most 43200",
                    "change it",
                );
                fallback
            }
        };
        StepDefinition {
            id,
            name,
            needs,
            when,
            matrix,
            action,
            retry,
            timeout,
            continue_on_error,
            line: place.line(),
            column: place.column(),
        }
    }

    fn action(
        &mut self,
        place: &Location,
        id: &str,
        step: RawStep,
        defaults: &RawDefaults,
    ) -> Action {
        match (step.agent, step.tool) {
            (Some(agent), None) => {
                let Some(command) = step.command else {
                    self.at(
                        &agent.referenced,
                        Some(id),
                        "an agent step needs a command",
                        "add \"command: NAME\"",
                    );
                    return Action::Agent {
                        agent: agent.value,
                        command: String::new(),
                        params: constant(),
                        model: None,
                    };
                };
                if step.with.is_some() {
                    self.at(
                        place,
                        Some(id),
                        "\"with\" belongs to tool steps",
                        "write \"params\" for an agent's command",
                    );
                }
                let params = step
                    .params
                    .and_then(|params| self.template(&params, Some(id)))
                    .unwrap_or_else(constant);
                let model = step.model.or_else(|| defaults.model.clone());
                Action::Agent { agent: agent.value, command: command.value, params, model }
            }
            (None, Some(tool)) => {
                if step.params.is_some() || step.command.is_some() || step.model.is_some() {
                    let message = "\"command\", \"params\" and \"model\" belong to agent steps";
                    self.at(place, Some(id), message, "write \"with\" for a tool's input");
                }
                let with = step
                    .with
                    .and_then(|with| self.template(&with, Some(id)))
                    .unwrap_or_else(constant);
                Action::Tool { tool: tool.value, with }
            }
            (agent, _) => {
                let message =
                    if agent.is_some() { "has both an agent and a tool" } else { "does nothing" };
                self.at(
                    place,
                    Some(id),
                    message,
                    "give it either \"agent\" and \"command\", or \"tool\"",
                );
                Action::Tool { tool: String::new(), with: constant() }
            }
        }
    }

    fn needs(&mut self, id: &str, needs: &Spanned<Json>) -> Vec<usize> {
        let names: Option<Vec<&str>> = match &needs.value {
            Json::String(name) => Some(vec![name]),
            Json::Array(names) => names.iter().map(Json::as_str).collect(),
            _ => None,
        };
        let Some(names) = names else {
            self.at(
                &needs.referenced,
                Some(id),
                "\"needs\" has to be a step's id or a list of them",
                "mend it",
            );
            return Vec::new();
        };
        let mut positions = Vec::new();
        for name in names {
            match self.positions.get(name) {
                Some(position) if !positions.contains(position) => positions.push(*position),
                Some(_) => {}
                None => {
                    let known: Vec<&str> = self.positions.keys().map(String::as_str).collect();
                    let fix = nearest(name, &known).map_or_else(
                        || "name a step of this workflow".to_owned(),
                        |near| format!("did you mean \"{near}\"?"),
                    );
                    self.at(
                        &needs.referenced,
                        Some(id),
                        &format!("needs the unknown step \"{name}\""),
                        &fix,
                    );
                }
            }
        }
        positions
    }

    fn matrix(&mut self, id: &str, strategy: RawStrategy) -> Option<Matrix> {
        let place = strategy.matrix.referenced;
        let mut axes = strategy.matrix.value.into_iter();
        let (Some((name, items)), None) = (axes.next(), axes.next()) else {
            self.at(
                &place,
                Some(id),
                "a matrix has exactly one name with a list",
                "combine the lists beforehand",
            );
            return None;
        };
        let max_parallel = strategy.max_parallel.unwrap_or(16);
        if max_parallel == 0 || max_parallel > 1000 {
            self.at(&place, Some(id), "max-parallel has to be 1 to 1000", "change it");
        }
        let items = match Template::parse(&items) {
            Ok(items) => items,
            Err(error) => {
                self.syntax(&place, Some(id), &error);
                return None;
            }
        };
        Some(Matrix {
            name,
            items,
            max_parallel: max_parallel.max(1),
            fail_fast: strategy.fail_fast.unwrap_or(true),
        })
    }

    fn condition(&mut self, id: &str, when: &Spanned<Json>) -> Option<Expression> {
        let text = match &when.value {
            Json::Bool(value) => value.to_string(),
            Json::String(text) => text.trim().to_owned(),
            _ => {
                self.at(
                    &when.referenced,
                    Some(id),
                    "\"if\" has to be an expression",
                    "write it as a text",
                );
                return None;
            }
        };
        // `if: ${{ a }}` and `if: a` mean the same, as people know it.
        let inner =
            text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(&text);
        match parse_expression(inner.trim()) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.syntax(&when.referenced, Some(id), &error);
                None
            }
        }
    }

    fn template(&mut self, value: &Spanned<Json>, step: Option<&str>) -> Option<Template> {
        match Template::parse(&value.value) {
            Ok(template) => Some(template),
            Err(error) => {
                self.syntax(&value.referenced, step, &error);
                None
            }
        }
    }

    fn retry(&mut self, place: &Location, id: &str, raw: Option<&RawRetry>) -> Retry {
        let mut retry = Retry::default();
        let Some(raw) = raw else { return retry };
        retry.max_attempts = raw.max_attempts.unwrap_or(retry.max_attempts);
        retry.multiplier = raw.multiplier.unwrap_or(retry.multiplier);
        retry.jitter = raw.jitter.unwrap_or(retry.jitter);
        let first = raw.first_wait_seconds.unwrap_or(2.0);
        let longest = raw.max_wait_seconds.unwrap_or(60.0);
        let is_sound = (1..=100).contains(&retry.max_attempts)
            && (1.0..=100.0).contains(&retry.multiplier)
            && (0.0..=86_400.0).contains(&first)
            && (0.0..=86_400.0).contains(&longest);
        if !is_sound {
            let message = "retry wants max-attempts 1 to 100, multiplier 1 to 100 and waits of 0 to 86400 seconds";
            self.at(place, Some(id), message, "change it");
            return Retry::default();
        }
        retry.first_wait = Duration::from_secs_f64(first);
        retry.max_wait = Duration::from_secs_f64(longest);
        retry
    }

    fn syntax(&mut self, place: &Location, step: Option<&str>, error: &SyntaxError) {
        self.at(
            place,
            step,
            &format!("the expression cannot be read: {error}"),
            "mend the expression",
        );
    }

    fn at(&mut self, place: &Location, step: Option<&str>, message: &str, fix: &str) {
        self.problems.push(Problem {
            line: place.line(),
            column: place.column(),
            step: step.map(str::to_owned),
            message: message.to_owned(),
            fix: fix.to_owned(),
        });
    }
}

fn constant() -> Template {
    Template::Constant(Json::Object(serde_json::Map::new()))
}

fn is_id(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The known name that is fewest edits away, if it is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let mut near: Vec<(usize, &str)> =
        known.iter().map(|other| (distance(name, other), *other)).collect();
    near.sort_unstable();
    near.first().filter(|(edits, _)| *edits <= 2.max(name.len() / 3)).map(|(_, other)| *other)
}

/// Edits between two texts (Levenshtein 1965).
fn distance(first: &str, second: &str) -> usize {
    let second: Vec<char> = second.chars().collect();
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (i, letter) in first.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, other) in second.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (corner + usize::from(letter != *other)).min(above + 1).min(row[j] + 1);
            corner = above;
        }
    }
    row[second.len()]
}
