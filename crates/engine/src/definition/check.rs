//! What can be known without running: no cycles, and every path leads to something that
//! is there when the expression is evaluated.

use std::collections::BTreeSet;

use super::model::{Action, Definition, StepDefinition};
use super::problem::Problem;
use crate::expression::Expression;

/// Everything that is wrong with a definition whose names are resolved.
pub(super) fn check(definition: &Definition) -> Vec<Problem> {
    if let Some(problem) = cycle(definition) {
        return vec![problem];
    }
    let mut problems = Vec::new();
    for step in &definition.steps {
        let before = ancestors(definition, step);
        let mut expressions: Vec<(&Expression, bool)> = Vec::new();
        expressions.extend(step.when.iter().map(|when| (when, false)));
        if let Some(matrix) = &step.matrix {
            expressions.extend(
                matrix.items.expressions().into_iter().map(|expression| (expression, false)),
            );
        }
        let template = match &step.action {
            Action::Agent { params, .. } => params,
            Action::Tool { with, .. } => with,
        };
        expressions.extend(template.expressions().into_iter().map(|expression| (expression, true)));
        for (expression, in_instance) in expressions {
            for path in expression.paths() {
                let scope =
                    PathScope { definition, step: Some(step), before: &before, in_instance };
                problems.extend(scope.check(&path));
            }
        }
    }
    let all: BTreeSet<usize> = (0..definition.steps.len()).collect();
    for expression in definition.outputs.iter().flat_map(crate::expression::Template::expressions) {
        for path in expression.paths() {
            let scope = PathScope { definition, step: None, before: &all, in_instance: false };
            problems.extend(scope.check(&path));
        }
    }
    problems
}

struct PathScope<'a> {
    definition: &'a Definition,
    step: Option<&'a StepDefinition>,
    before: &'a BTreeSet<usize>,
    in_instance: bool,
}

impl PathScope<'_> {
    fn check(&self, path: &[String]) -> Option<Problem> {
        let name = path.get(1).map(String::as_str);
        match (path.first()?.as_str(), name) {
            ("inputs", Some(name)) if !self.definition.inputs.contains_key(name) => {
                Some(self.problem(
                    format!("reads the unknown input \"{name}\""),
                    "declare it under \"inputs:\"",
                ))
            }
            ("env", Some(name)) if self.definition.env.get(name).is_none() => Some(self.problem(
                format!("reads the unknown constant \"env.{name}\""),
                "declare it under \"env:\"",
            )),
            ("steps", Some(name)) => self.check_step(name, path.get(2).map(String::as_str)),
            ("matrix", name) => {
                let matrix =
                    self.step.and_then(|step| step.matrix.as_ref()).filter(|_| self.in_instance);
                match (matrix, name) {
                    (None, _) => Some(self.problem(
                        "reads \"matrix\" where there is none",
                        "add \"strategy: { matrix: … }\" to this step",
                    )),
                    (Some(matrix), Some(name)) if matrix.name != name => Some(self.problem(
                        format!("reads the unknown \"matrix.{name}\""),
                        &format!("read \"matrix.{}\"", matrix.name),
                    )),
                    _ => None,
                }
            }
            ("inputs" | "env" | "steps", _) => None,
            (other, _) => Some(self.problem(
                format!("reads the unknown name \"{other}\""),
                "read inputs, steps, matrix or env; put texts in quotes",
            )),
        }
    }

    fn check_step(&self, name: &str, field: Option<&str>) -> Option<Problem> {
        let position = self.definition.steps.iter().position(|step| step.id == name);
        let Some(position) = position else {
            let known: Vec<&str> =
                self.definition.steps.iter().map(|step| step.id.as_str()).collect();
            let fix = super::parse::nearest(name, &known).map_or_else(
                || "name a step of this workflow".to_owned(),
                |near| format!("did you mean \"{near}\"?"),
            );
            return Some(self.problem(format!("reads the unknown step \"{name}\""), &fix));
        };
        if !self.before.contains(&position) {
            let message = format!("reads step \"{name}\" without waiting for it");
            return Some(
                self.problem(message, &format!("add \"{name}\" to this step's \"needs\"")),
            );
        }
        match field {
            None | Some("outputs" | "status" | "error") => None,
            Some(other) => Some(self.problem(
                format!("reads \"steps.{name}.{other}\""),
                "a step has outputs, status and error",
            )),
        }
    }

    fn problem(&self, message: impl Into<String>, fix: &str) -> Problem {
        Problem {
            line: self.step.map_or(0, |step| step.line),
            column: self.step.map_or(0, |step| step.column),
            step: self.step.map(|step| step.id.clone()),
            message: message.into(),
            fix: fix.to_owned(),
        }
    }
}

/// The positions of everything that a step waits for, directly or not.
fn ancestors(definition: &Definition, step: &StepDefinition) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open = step.needs.clone();
    while let Some(position) = open.pop() {
        if found.insert(position) {
            open.extend(&definition.steps[position].needs);
        }
    }
    found
}

/// A circle of needs, if there is one, found by taking away what needs nothing.
fn cycle(definition: &Definition) -> Option<Problem> {
    let mut left: Vec<usize> = (0..definition.steps.len()).collect();
    loop {
        let before = left.len();
        let current = left.clone();
        left.retain(|position| {
            definition.steps[*position].needs.iter().any(|need| current.contains(need))
        });
        if left.is_empty() {
            return None;
        }
        if left.len() == before {
            break;
        }
    }
    // What is left waits for a circle; following the needs inside ends up in it.
    let mut walk = vec![left[0]];
    loop {
        let last = &definition.steps[*walk.last()?];
        let next = *last.needs.iter().find(|need| left.contains(need))?;
        if let Some(start) = walk.iter().position(|position| *position == next) {
            let mut names: Vec<&str> =
                walk[start..].iter().map(|at| definition.steps[*at].id.as_str()).collect();
            names.push(&definition.steps[next].id);
            names.reverse();
            let first = &definition.steps[next];
            return Some(Problem {
                line: first.line,
                column: first.column,
                step: Some(first.id.clone()),
                message: format!("waits for itself: {}", names.join(" → ")),
                fix: "take one of these out of \"needs\"".to_owned(),
            });
        }
        walk.push(next);
    }
}
