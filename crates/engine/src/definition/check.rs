//! What can be known without running: no circles, and every path leads to something that
//! is there when the expression is evaluated.

use std::collections::HashMap;

use serde_saphyr::Location;

use super::graph::{Before, before};
use super::model::{Action, Definition, StepDefinition};
use super::near::suggestion;
use super::parse::MAX_PROBLEMS;
use super::problem::Problem;
use crate::expression::{Expression, Template};

/// Everything that is wrong with a definition whose names are resolved.
pub(super) fn check(definition: &Definition, outputs_place: Location) -> Vec<Problem> {
    let before = match before(definition) {
        Ok(before) => before,
        Err(circle) => return vec![circle_problem(definition, &circle)],
    };
    let positions = definition.steps.iter().enumerate();
    let positions = positions.map(|(position, step)| (step.id.as_str(), position)).collect();
    let mut checker =
        Checker { definition, before: &before, positions: &positions, problems: Vec::new() };
    for (position, step) in definition.steps.iter().enumerate() {
        let once = Reads::Once(position);
        let items = step.matrix.iter().flat_map(|matrix| matrix.items.expressions());
        step.when.iter().chain(items).for_each(|expression| checker.check(expression, once));
        let template = match &step.action {
            Action::Agent { params, .. } => params,
            Action::Tool { with, .. } => with,
        };
        let each = Reads::Each(position);
        template.expressions().into_iter().for_each(|expression| checker.check(expression, each));
    }
    let outputs = definition.outputs.iter().flat_map(Template::expressions);
    outputs.for_each(|expression| checker.check(expression, Reads::Outputs(outputs_place)));
    checker.problems
}

fn circle_problem(definition: &Definition, circle: &[usize]) -> Problem {
    let first = &definition.steps[circle[0]];
    let names: Vec<&str> =
        circle.iter().chain(&circle[..1]).map(|at| definition.steps[*at].id.as_str()).collect();
    Problem {
        line: first.line,
        column: first.column,
        step: Some(first.id.clone()),
        message: format!("waits for itself: {}", names.join(" needs ")),
        fix: "take one of these out of \"needs\"".to_owned(),
    }
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
enum Reads {
    /// In a step's condition or matrix, which are read once for the whole step.
    Once(usize),
    /// In a step's parameters, which are read for each of its instances.
    Each(usize),
    /// In the workflow's outputs, which stand here.
    Outputs(Location),
}

struct Checker<'a> {
    definition: &'a Definition,
    before: &'a Before,
    positions: &'a HashMap<&'a str, usize>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn check(&mut self, expression: &Expression, place: Reads) {
        for path in expression.paths() {
            if self.problems.len() >= MAX_PROBLEMS {
                return;
            }
            if let Some((message, fix)) = self.problem(&path, place) {
                let step = self.step(place);
                let (line, column) = match (step, place) {
                    (Some(step), _) => (step.line, step.column),
                    (None, Reads::Outputs(place)) => (place.line(), place.column()),
                    (None, _) => (0, 0),
                };
                let message =
                    if step.is_some() { message } else { format!("\"outputs\" {message}") };
                let step = step.map(|step| step.id.clone());
                self.problems.push(Problem { line, column, step, message, fix });
            }
        }
    }

    fn step(&self, place: Reads) -> Option<&StepDefinition> {
        match place {
            Reads::Once(position) | Reads::Each(position) => Some(&self.definition.steps[position]),
            Reads::Outputs(_) => None,
        }
    }

    /// What is wrong with a path and how to mend it.
    fn problem(&self, path: &[String], place: Reads) -> Option<(String, String)> {
        let name = path.get(1).map(String::as_str);
        match (path.first()?.as_str(), name) {
            ("inputs", Some(name)) if !self.definition.inputs.contains_key(name) => {
                let known: Vec<&str> = self.definition.inputs.keys().map(String::as_str).collect();
                let fix = suggestion(name, &known, "declare it under \"inputs:\"");
                Some((format!("reads the unknown input \"{name}\""), fix))
            }
            ("env", Some(name)) if self.definition.env.get(name).is_none() => {
                let fix = "declare it under \"env:\"".to_owned();
                Some((format!("reads the unknown constant \"env.{name}\""), fix))
            }
            ("steps", Some(name)) => {
                self.step_problem(name, path.get(2).map(String::as_str), place)
            }
            // All steps at once would include those that nobody waited for, and be another
            // value after a restart.
            ("steps", None) => Some((
                "reads \"steps\" without saying which".to_owned(),
                "write \"steps.ID\" with the id of a step".to_owned(),
            )),
            ("matrix", name) => self.matrix_problem(name, place),
            ("inputs" | "env", _) => None,
            (other, _) => Some((
                format!("reads the unknown name \"{other}\""),
                "read inputs, steps, matrix or env; put texts in quotes".to_owned(),
            )),
        }
    }

    fn matrix_problem(&self, name: Option<&str>, place: Reads) -> Option<(String, String)> {
        let matrix = self.step(place).and_then(|step| step.matrix.as_ref());
        match (matrix, place) {
            (Some(matrix), Reads::Each(_)) => match name {
                Some(name) if matrix.name != name => Some((
                    format!("reads the unknown \"matrix.{name}\""),
                    format!("read \"matrix.{}\"", matrix.name),
                )),
                _ => None,
            },
            (Some(_), Reads::Once(_) | Reads::Outputs(_)) => Some((
                "reads \"matrix\" in its condition or in the matrix itself".to_owned(),
                "read it in \"params\" or \"with\"; the rest is the same for all elements"
                    .to_owned(),
            )),
            (None, Reads::Once(_) | Reads::Each(_)) => Some((
                "reads \"matrix\" where there is none".to_owned(),
                "add \"strategy: { matrix: … }\" to this step".to_owned(),
            )),
            (None, Reads::Outputs(_)) => Some((
                "reads \"matrix\" where there is none".to_owned(),
                "read a step's outputs".to_owned(),
            )),
        }
    }

    fn step_problem(
        &self,
        name: &str,
        field: Option<&str>,
        place: Reads,
    ) -> Option<(String, String)> {
        let Some(read) = self.positions.get(name).copied() else {
            let known: Vec<&str> = self.positions.keys().copied().collect();
            let fix = suggestion(name, &known, "name a step of this workflow");
            return Some((format!("reads the unknown step \"{name}\""), fix));
        };
        match place {
            Reads::Once(reader) | Reads::Each(reader) if reader == read => {
                let fix = "read a step that ends before this one starts".to_owned();
                return Some(("reads itself".to_owned(), fix));
            }
            Reads::Once(reader) | Reads::Each(reader) if !self.before.contains(reader, read) => {
                let fix = format!("add \"{name}\" to this step's \"needs\"");
                return Some((format!("reads step \"{name}\" without waiting for it"), fix));
            }
            Reads::Once(_) | Reads::Each(_) | Reads::Outputs(_) => {}
        }
        match field {
            None | Some("outputs" | "status" | "error") => None,
            Some(other) => Some((
                format!("reads \"steps.{name}.{other}\""),
                "a step has outputs, status and error".to_owned(),
            )),
        }
    }
}
