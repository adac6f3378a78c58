//! One step.

use std::time::Duration;

use serde_json::Value as Json;

use super::{Action, Budget, OnError, Retry};
use crate::expression::{Expression, Template};

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepDefinition {
    /// Its key in this workflow.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The positions of the steps that must end before it.
    pub needs: Vec<usize>,
    /// It is skipped when this is false.
    pub when: Option<Expression>,
    /// It fans out over a list.
    pub matrix: Option<Matrix>,
    /// It is done again and again.
    pub repeat: Option<Repeat>,
    /// What it does.
    pub action: Action,
    /// How often it is tried.
    pub retry: Retry,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// What follows when it fails.
    pub on_error: OnError,
    /// The steps whose failure starts this one ([`OnError::Branch`]); it is skipped when none
    /// of them failed.
    pub error_of: Vec<usize>,
    /// The name of the checkpoint that its end makes.
    pub checkpoint: Option<String>,
    /// What undoes it.
    pub compensate: Option<Action>,
    /// What its model calls may cost together.
    pub budget: Option<Budget>,
    /// It fails when its output has a lower `quality_score` (or `score`).
    pub min_quality: Option<f64>,
    /// Where it starts in the text, from 1.
    pub line: u64,
    /// Where it starts in its line, from 1.
    pub column: u64,
}

/// A fan-out: one instance of the step for each element of a list, or for each combination of
/// the elements of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// The lists, at least one; the last one changes fastest.
    pub axes: Vec<Axis>,
    /// How many instances run at the same time at most.
    pub max_parallel: usize,
    /// Whether no further instance starts after one has failed.
    pub fail_fast: bool,
}

/// One list of a fan-out.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The name under which an instance reads its element: `matrix.NAME`.
    pub name: String,
    /// The list.
    pub items: Template,
}

impl Matrix {
    /// What an instance reads as `matrix.NAME`. The item of a matrix with one axis is the
    /// element itself, that of several an object of them.
    pub fn element<'a>(&self, item: &'a Json, name: &str) -> Option<&'a Json> {
        match self.axes.as_slice() {
            [axis] => (axis.name == name).then_some(item),
            axes if axes.iter().any(|axis| axis.name == name) => item.get(name),
            _ => None,
        }
    }

    /// What an instance reads as `matrix`.
    pub fn elements(&self, item: &Json) -> Json {
        let element =
            |axis: &Axis| Some((axis.name.clone(), self.element(item, &axis.name)?.clone()));
        Json::Object(self.axes.iter().filter_map(element).collect())
    }
}

/// A bounded loop: after each round, an expression says whether there is another one. It
/// reads `loop.index` (from 0) and `loop.last` (the output of the round); parameters read
/// them too, `loop.last` being the output of the round before.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// The expression.
    pub condition: Expression,
    /// Whether the loop ends when it is true (`until`), or when it is false (`while`).
    pub until: bool,
    /// The most rounds; after them the step has ended well, with the last output.
    pub max: u32,
}

impl StepDefinition {
    /// Whether its output is a list, one element for each instance.
    pub const fn is_fan_out(&self) -> bool {
        self.matrix.is_some()
    }
}
