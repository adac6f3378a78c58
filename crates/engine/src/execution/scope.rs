//! What a step's expressions can read.

use serde_json::{Map, Value as Json, json};

use super::State;
use crate::Plan;
use crate::expression::Scope;

/// The scope of a step, or of one of its instances.
pub(crate) struct StepScope<'a> {
    pub plan: &'a Plan,
    pub state: &'a State,
    /// The instance's element under its name, inside a fan-out.
    pub matrix: Option<(&'a str, &'a Json)>,
}

impl StepScope<'_> {
    fn step_field(&self, name: &str, field: &str) -> Option<Json> {
        let position = self.plan.position(name)?;
        let step = &self.state.steps[position];
        match field {
            "outputs" => Some(step.outputs(self.plan.step(position).matrix.is_some())),
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
            "matrix" => self.matrix.map(|(name, item)| {
                let mut object = Map::new();
                object.insert(name.to_owned(), item.clone());
                Json::Object(object)
            }),
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

    fn path(&self, root: &str, name: &str, field: &str) -> Option<Json> {
        match (root, self.matrix) {
            ("steps", _) => self.step_field(name, field),
            ("matrix", Some((known, item))) if known == name => item.get(field).cloned(),
            _ => None,
        }
    }
}
