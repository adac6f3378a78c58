//! What can be known without running: work goes back only to where it came from, and every
//! expression reads what is there when it is evaluated, and gives what is wanted.

use std::collections::HashMap;
use std::str::FromStr as _;

use super::graph::{Before, before};
use super::model::{Action, Definition, InputType, StepDefinition};
use super::near::suggestion;
use super::problem::brief;
use super::reader::{Reader, Reads, Site, Wants};
use super::tree::Place;
use crate::execution::StepStatus;
use crate::expression::{Expression, Kind, Kinds, Operator, Path};

/// Adds everything that is wrong with a definition that could be read.
pub(super) fn check(reader: &mut Reader, definition: &Definition) {
    let needs: Vec<&[usize]> = definition.steps.iter().map(|step| step.needs.as_slice()).collect();
    // Circles are told while the needs are read.
    let Ok(before) = before(&needs) else { return };
    let positions = definition.steps.iter().enumerate();
    let positions = positions.map(|(position, step)| (step.id.as_str(), position)).collect();
    let checker = Checker { definition, before: &before, positions };
    checker.gates(reader);
    for site in std::mem::take(&mut reader.sites) {
        if reader.is_full() {
            return;
        }
        let step = site.reads.step().map(|position| definition.steps[position].id.clone());
        let of = match site.reads {
            Reads::Outputs => "\"outputs\" ",
            Reads::Group => "\"concurrency\" ",
            Reads::Event => "\"on\" ",
            Reads::Once(_)
            | Reads::Each(_)
            | Reads::Round(_)
            | Reads::Undo(_)
            | Reads::Heard(_) => "",
        };
        reader.step = step;
        let mut wrong: Vec<(String, String)> = site
            .expression
            .paths()
            .iter()
            .filter_map(|path| checker.problem(path, &site))
            .collect();
        if wrong.is_empty() {
            wrong.extend(checker.type_problem(&site));
        }
        for (message, fix) in wrong {
            reader.at(site.place, format!("{of}{message}"), fix);
        }
        reader.step = None;
    }
}

impl Reads {
    const fn step(self) -> Option<usize> {
        match self {
            Self::Once(step)
            | Self::Each(step)
            | Self::Round(step)
            | Self::Undo(step)
            | Self::Heard(step) => Some(step),
            Self::Outputs | Self::Group | Self::Event => None,
        }
    }
}

struct Checker<'a> {
    definition: &'a Definition,
    before: &'a Before,
    positions: HashMap<&'a str, usize>,
}

/// A message and a fix.
type Wrong = Option<(String, String)>;

#[allow(clippy::unnecessary_wraps, reason = "every answer is of this type")]
fn wrong(message: impl Into<String>, fix: impl Into<String>) -> Wrong {
    Some((message.into(), fix.into()))
}

impl<'a> Checker<'a> {
    /// Gates send work back to where it came from.
    fn gates(&self, reader: &mut Reader) {
        for (position, step) in self.definition.steps.iter().enumerate() {
            let Action::Gate(gate) = &step.action else { continue };
            let Some(back) = &gate.back else { continue };
            if !self.before.contains(position, back.goto) {
                let target = &self.definition.steps[back.goto].id;
                let place = Place { line: step.line, column: step.column };
                reader.step = Some(step.id.clone());
                let message = if back.goto == position {
                    "the gate sends work back to itself".to_owned()
                } else {
                    format!("the gate sends work back to \"{target}\", which it does not wait for")
                };
                reader.at(place, message, "go to a step that comes before the gate");
                reader.step = None;
            }
        }
    }

    fn step(&self, reads: Reads) -> Option<&'a StepDefinition> {
        reads.step().map(|position| &self.definition.steps[position])
    }

    /// What is wrong with a path and how to mend it.
    fn problem(&self, path: &[String], site: &Site) -> Wrong {
        let reads = site.reads;
        let name = path.get(1).map(String::as_str);
        match (path.first()?.as_str(), reads, name) {
            ("event", Reads::Event | Reads::Heard(_), _)
            | ("inputs" | "env", Reads::Event, None) => None,
            ("inputs" | "steps", Reads::Event, _) => wrong(
                format!("reads \"{}\" before the workflow starts", path[0]),
                "read \"event\", the event's body",
            ),
            ("inputs", _, Some(name)) if !self.definition.inputs.contains_key(name) => {
                let known: Vec<&str> = self.definition.inputs.keys().map(String::as_str).collect();
                let fix = suggestion(name, &known, "declare it under \"inputs:\"");
                wrong(format!("reads the unknown input \"{}\"", brief(name)), fix)
            }
            ("env", _, Some(name)) if self.definition.env.get(name).is_none() => wrong(
                format!("reads the unknown constant \"env.{}\"", brief(name)),
                "declare it under \"env:\"",
            ),
            ("inputs" | "env", ..) => None,
            (other, Reads::Group, _) => wrong(
                format!("reads \"{}\" before the workflow starts", brief(other)),
                "read inputs or env",
            ),
            ("steps", _, Some(name)) => {
                self.step_problem(name, path.get(2).map(String::as_str), reads)
            }
            // All steps at once would include those that nobody waited for, and be another
            // value after a restart.
            ("steps", _, None) => wrong(
                "reads \"steps\" without saying which",
                "write \"steps.ID\" with the id of a step",
            ),
            ("matrix", _, name) => self.matrix_problem(name, reads),
            ("loop", _, name) => self.loop_problem(name, reads),
            ("feedback", ..) => self.feedback_problem(reads),
            ("outputs", Reads::Undo(_), _) => None,
            ("outputs", ..) => wrong(
                "reads \"outputs\", which only \"compensate\" can",
                "write \"steps.ID.outputs\" with the id of a step",
            ),
            ("event", ..) => wrong(
                "reads \"event\", which only \"on.event\" and the \"if\" of a \"wait\" can",
                "hand it over as an input: \"on: {event: {inputs: …}}\"",
            ),
            (other, ..) => {
                let roots = match reads {
                    Reads::Event => "event or env",
                    Reads::Heard(_) => "event, inputs, steps, matrix, loop, feedback or env",
                    Reads::Outputs => "inputs, steps or env",
                    _ => "inputs, steps, matrix, loop, feedback or env",
                };
                wrong(
                    format!("reads the unknown name \"{}\"", brief(other)),
                    format!("read {roots}; put texts in quotes"),
                )
            }
        }
    }

    fn matrix_problem(&self, name: Option<&str>, reads: Reads) -> Wrong {
        let matrix = self.step(reads).and_then(|step| step.matrix.as_ref());
        match (matrix, reads) {
            (Some(matrix), Reads::Each(_) | Reads::Round(_) | Reads::Undo(_) | Reads::Heard(_)) => {
                match name {
                    Some(name) if matrix.axes.iter().all(|axis| axis.name != name) => {
                        let known =
                            matrix.axes.iter().map(|axis| format!("\"matrix.{}\"", axis.name));
                        wrong(
                            format!("reads the unknown \"matrix.{}\"", brief(name)),
                            format!("read {}", known.collect::<Vec<_>>().join(" or ")),
                        )
                    }
                    _ => None,
                }
            }
            (Some(_), _) => wrong(
                "reads \"matrix\" in its condition or in the matrix itself",
                "read it in \"params\" or \"with\"; the rest is the same for all elements",
            ),
            (None, Reads::Outputs | Reads::Group | Reads::Event) => {
                wrong("reads \"matrix\" where there is none", "read a step's outputs")
            }
            (None, _) => wrong(
                "reads \"matrix\" where there is none",
                "add \"strategy: { matrix: … }\" to this step",
            ),
        }
    }

    fn loop_problem(&self, name: Option<&str>, reads: Reads) -> Wrong {
        let repeats = self.step(reads).is_some_and(|step| step.repeat.is_some());
        match (repeats, reads, name) {
            (
                true,
                Reads::Each(_) | Reads::Round(_) | Reads::Heard(_),
                None | Some("index" | "last"),
            ) => None,
            (true, Reads::Each(_) | Reads::Round(_) | Reads::Heard(_), Some(name)) => wrong(
                format!("reads \"loop.{}\"", brief(name)),
                "a loop has index, from 0, and last, the output of the last round",
            ),
            (true, ..) => wrong(
                "reads \"loop\" where no round is known",
                "read it in \"until\", \"while\", \"params\", \"prompt\" or \"with\"",
            ),
            (false, ..) => wrong(
                "reads \"loop\" where there is none",
                "add \"loop: { until: … }\" to this step",
            ),
        }
    }

    /// Feedback is there for the steps that a gate sends work back to.
    fn feedback_problem(&self, reads: Reads) -> Wrong {
        let Some(reader) = reads.step() else {
            return wrong("reads \"feedback\" where there is none", "read a step's outputs");
        };
        let is_redone = self.definition.steps.iter().enumerate().any(|(gate, step)| {
            let Action::Gate(it) = &step.action else { return false };
            let Some(back) = &it.back else { return false };
            let from = reader == back.goto || self.before.contains(reader, back.goto);
            from && self.before.contains(gate, reader)
        });
        if is_redone {
            return None;
        }
        wrong(
            "reads \"feedback\", but no gate sends work back to this step",
            "let a gate's \"on-fail\" go to this step, or to one before it",
        )
    }

    fn step_problem(&self, name: &str, field: Option<&str>, reads: Reads) -> Wrong {
        let Some(read) = self.positions.get(name).copied() else {
            let mut known: Vec<&str> = self.positions.keys().copied().collect();
            known.sort_unstable();
            let fix = suggestion(name, &known, "name a step of this workflow");
            return wrong(format!("reads the unknown step \"{}\"", brief(name)), fix);
        };
        match reads {
            Reads::Undo(reader) if reader == read => {}
            Reads::Round(reader) if reader == read => {
                return wrong("reads itself", "read \"loop.last\", the output of the last round");
            }
            Reads::Once(reader) | Reads::Each(reader) | Reads::Heard(reader) if reader == read => {
                return wrong("reads itself", "read a step that ends before this one starts");
            }
            Reads::Once(reader)
            | Reads::Each(reader)
            | Reads::Round(reader)
            | Reads::Undo(reader)
            | Reads::Heard(reader)
                if !self.before.contains(reader, read) =>
            {
                let fix = if self.before.contains(read, reader) {
                    format!("\"{name}\" comes after this step; read it in a step that needs it")
                } else {
                    format!("add \"{name}\" to this step's \"needs\"")
                };
                return wrong(format!("reads step \"{name}\" without waiting for it"), fix);
            }
            _ => {}
        }
        match field {
            None | Some("outputs" | "status" | "error") => None,
            Some(other) => wrong(
                format!("reads \"steps.{name}.{}\"", brief(other)),
                "a step has outputs, status and error",
            ),
        }
    }

    /// What an expression gives, against what it has to give.
    fn type_problem(&self, site: &Site) -> Wrong {
        if let Some(problem) = status_problem(&site.expression) {
            return Some(problem);
        }
        let kind = match site.expression.kind(&InDefinition(self)) {
            Ok(kind) => kind,
            Err(message) => {
                return wrong(message, "mend the expression, or the type of what it reads");
            }
        };
        let (kinds, what): (&[Kind], &str) = match site.wants {
            Wants::Anything => return None,
            Wants::Truth => (&[Kind::Boolean, Kind::Null], "true or false"),
            Wants::List => (&[Kind::List], "a list"),
            Wants::Number => (&[Kind::Number], "a number"),
            Wants::Text => (&[Kind::Text], "a text"),
        };
        if kind.may_be(kinds) {
            return None;
        }
        let fix = match site.wants {
            Wants::Truth => "compare it with something",
            _ => "write an expression that gives it",
        };
        wrong(
            format!(
                "{} gives {kind}, and here should be {what}",
                brief(&site.expression.to_string())
            ),
            fix,
        )
    }
}

/// `steps.x.status == 'complete'` is never true, because that is no status.
fn status_problem(expression: &Expression) -> Wrong {
    let mut found = None;
    expression.walk(&mut |inner| {
        let Expression::Binary(Operator::Equal | Operator::NotEqual, left, right) = inner else {
            return;
        };
        let sides = [(left, right), (right, left)];
        for (path, literal) in sides {
            let is_status = matches!(path.as_ref(), Expression::Field(base, field)
                if field == "status" && matches!(base.as_ref(), Expression::Field(root, _)
                    if **root == Expression::Root("steps".to_owned())));
            if let (true, Expression::Literal(serde_json::Value::String(word))) =
                (is_status, literal.as_ref())
                && StepStatus::from_str(word).is_err()
            {
                let fix =
                    suggestion(word, STATUSES, "a step's status is completed, failed or skipped");
                found = wrong(
                    format!("compares a status with the unknown word \"{}\"", brief(word)),
                    fix,
                );
            }
        }
    });
    found
}

/// The words that people mean when they mistype a status.
const STATUSES: &[&str] = &["completed", "failed", "skipped", "cancelled", "running", "pending"];

/// What is known of the values of a definition's paths.
struct InDefinition<'a>(&'a Checker<'a>);

impl Kinds for InDefinition<'_> {
    fn path(&self, path: &Path) -> Kind {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        let definition = self.0.definition;
        match parts.as_slice() {
            ["inputs", name] => match definition.inputs.get(*name) {
                // Without a default an input that is not required may be null.
                Some(input) if input.required || input.default.is_some() => match input.kind {
                    InputType::String => Kind::Text,
                    InputType::Number | InputType::Integer => Kind::Number,
                    InputType::Boolean => Kind::Boolean,
                    InputType::List => Kind::List,
                    InputType::Object => Kind::Object,
                },
                _ => Kind::Any,
            },
            ["env", rest @ ..] => {
                let mut value = Some(&definition.env);
                for part in rest {
                    value = value.and_then(|value| value.get(part));
                }
                value.map_or(Kind::Any, Kind::of)
            }
            ["steps", _, "status"] => Kind::Text,
            ["loop", "index"] => Kind::Number,
            _ => Kind::Any,
        }
    }
}
