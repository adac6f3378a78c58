//! What an attempt is to do, with its expressions evaluated. It reads nothing but the
//! inputs and the steps that it waited for, so it is the same after a restart.

use serde_json::Value as Json;

use super::advance::Advance;
use crate::definition::Action;
use crate::execution::{Failure, Item, StepScope};
use crate::expression::EvalError;
use crate::{AttemptKey, Order};

/// The longest label that people see.
const LABEL: usize = 80;
/// The widest fan-out.
const MAX_INSTANCES: usize = 10_000;

impl Advance<'_> {
    /// The order of an attempt.
    pub(super) fn order(&self, key: AttemptKey) -> Result<Order, Failure> {
        let step = self.plan.step(key.step);
        let item = self.state.steps[key.step]
            .instances
            .get(key.instance)
            .map_or(&Json::Null, |state| &state.item);
        let matrix = step.matrix.as_ref().map(|matrix| (matrix.name.as_str(), item));
        let scope = StepScope { plan: self.plan, state: self.state, matrix };
        let failed = |error| expression_failure("its parameters", &error);
        Ok(match &step.action {
            Action::Agent { agent, command, params, model } => Order::Agent {
                agent: agent.clone(),
                command: command.clone(),
                params: params.eval(&scope).map_err(failed)?,
                model: model.clone(),
            },
            Action::Tool { tool, with } => {
                Order::Tool { tool: tool.clone(), with: with.eval(&scope).map_err(failed)? }
            }
        })
    }

    /// Whether a step's condition holds.
    pub(super) fn condition(&self, step: usize) -> Result<bool, Failure> {
        let Some(when) = &self.plan.step(step).when else { return Ok(true) };
        let scope = StepScope { plan: self.plan, state: self.state, matrix: None };
        when.is_true(&scope).map_err(|error| expression_failure("its condition", &error))
    }

    /// The elements that a step fans out over; `None` when it does not.
    pub(super) fn items(&self, step: usize) -> Result<Option<Vec<Item>>, Failure> {
        let Some(matrix) = &self.plan.step(step).matrix else { return Ok(None) };
        let scope = StepScope { plan: self.plan, state: self.state, matrix: None };
        let value =
            matrix.items.eval(&scope).map_err(|error| expression_failure("its matrix", &error))?;
        let Json::Array(values) = value else {
            return Err(Failure::permanent("expression", "its matrix has to be a list"));
        };
        if values.len() > MAX_INSTANCES {
            let message =
                format!("its matrix has {} elements, more than {MAX_INSTANCES}", values.len());
            return Err(Failure::permanent("too_many_instances", message));
        }
        let items = values.into_iter().enumerate();
        Ok(Some(items.map(|(index, value)| Item { label: label(index, &value), value }).collect()))
    }
}

pub(super) fn expression_failure(place: &str, error: &EvalError) -> Failure {
    Failure::permanent("expression", format!("{place} cannot be evaluated: {error}"))
}

/// How people see an element: its text, or its name or title, or its number.
fn label(index: usize, value: &Json) -> String {
    let text = match value {
        Json::String(text) => Some(text.as_str()),
        Json::Object(fields) => ["title", "name", "label", "feature", "id"]
            .into_iter()
            .find_map(|key| fields.get(key)?.as_str()),
        _ => None,
    };
    match text {
        Some(text) => text.chars().filter(|letter| !letter.is_control()).take(LABEL).collect(),
        None => format!("#{}", index + 1),
    }
}
