//! What a step's expressions can read.

use serde_json::{Value as Json, json};

use super::State;
use crate::definition::Matrix;
use crate::expression::Scope;
use crate::{AttemptKey, Plan};

/// The scope of a workflow, of a step, or of one of its instances.
pub(crate) struct StepScope<'a> {
    pub plan: &'a Plan,
    pub state: &'a State,
    /// The step that reads.
    step: Option<usize>,
    /// The lists and the instance's item, inside a fan-out.
    matrix: Option<(&'a Matrix, &'a Json)>,
    /// Which round of a loop this is, from 0, and the output of the last one.
    pub round: Option<(usize, &'a Json)>,
    /// What the instance gave that is being undone.
    undone: Option<Json>,
}

impl<'a> StepScope<'a> {
    /// What the workflow's outputs can read.
    pub fn whole(plan: &'a Plan, state: &'a State) -> Self {
        Self { plan, state, step: None, matrix: None, round: None, undone: None }
    }

    /// What a step's condition and matrix can read.
    pub fn step(plan: &'a Plan, state: &'a State, step: usize) -> Self {
        Self { step: Some(step), ..Self::whole(plan, state) }
    }

    /// What an attempt can read.
    pub fn of(plan: &'a Plan, state: &'a State, key: AttemptKey) -> Self {
        let item = state.instance(key.step, key.instance).map_or(&Json::Null, |it| &it.item);
        let matrix = plan.step(key.step).matrix.as_ref();
        let mut scope = Self::step(plan, state, key.step);
        if let Some(main) = plan.undoes(key.step) {
            // The element of a compensation is what it undoes: element and output.
            scope.matrix = matrix.map(|it| (it, item.get("item").unwrap_or(&Json::Null)));
            scope.undone = Some(match matrix {
                Some(_) => item.get("output").cloned().unwrap_or(Json::Null),
                // Of a loop that failed, or of what a gate sent back, it is the last round that
                // ended well.
                None => state.steps[main].last_output(),
            });
            return scope;
        }
        scope.matrix = matrix.map(|it| (it, item));
        if plan.step(key.step).repeat.is_some() {
            scope.round = Some((key.instance, item));
        }
        scope
    }

    fn step_field(&self, name: &str, field: &str) -> Option<Json> {
        let position = self.plan.position(name)?;
        let step = &self.state.steps[position];
        match field {
            "outputs" => {
                let is_fan_out = self.plan.step(position).is_fan_out();
                // What was sent back gives nothing, but what it gave is to be undone.
                let is_undoing = self.undone.is_some();
                Some(if is_undoing {
                    step.last_outputs(is_fan_out)
                } else {
                    step.outputs(is_fan_out)
                })
            }
            "status" => Some(json!(step.status)),
            "error" => {
                Some(step.failure.as_ref().map_or(Json::Null, |failure| json!(failure.message)))
            }
            _ => None,
        }
    }
}

impl Scope for StepScope<'_> {
    fn root(&self, name: &str) -> Option<Json> {
        match name {
            "inputs" => Some(self.state.inputs.clone()),
            "env" => Some(self.plan.definition().env.clone()),
            "feedback" => self.step.map(|step| self.state.steps[step].feedback.clone()),
            "outputs" => self.undone.clone(),
            "loop" => self.round.map(|(index, last)| json!({ "index": index, "last": last })),
            "matrix" => self.matrix.map(|(matrix, item)| matrix.elements(item)),
            "steps" => {
                let steps = self.plan.definition().steps.iter().map(|step| {
                    let fields = ["outputs", "status", "error"].into_iter().filter_map(|field| {
                        Some((field.to_owned(), self.step_field(&step.id, field)?))
                    });
                    (step.id.clone(), Json::Object(fields.collect()))
                });
                Some(Json::Object(steps.collect()))
            }
            _ => None,
        }
    }

    fn member(&self, root: &str, name: &str) -> Option<Json> {
        match (root, self.matrix) {
            ("inputs", _) => self.state.inputs.get(name).cloned(),
            ("env", _) => self.plan.definition().env.get(name).cloned(),
            ("matrix", Some((matrix, item))) => matrix.element(item, name).cloned(),
            _ => None,
        }
    }

    fn path(&self, root: &str, name: &str, field: &str) -> Option<Json> {
        match (root, self.matrix) {
            ("inputs", _) => self.state.inputs.get(name)?.get(field).cloned(),
            ("steps", _) => self.step_field(name, field),
            ("matrix", Some((matrix, item))) => matrix.element(item, name)?.get(field).cloned(),
            _ => None,
        }
    }
}
