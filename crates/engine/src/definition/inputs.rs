//! Checking what an execution is given against the inputs that the workflow declares.

use serde_json::{Map, Value as Json};

use super::model::{Definition, InputType, ScheduleTrigger};
use super::near::suggestion;
use super::problem::Problem;

/// An input that cannot be used as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The input's path: `inputs.idea`.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl Definition {
    /// The inputs with defaults filled in, or every input that is wrong.
    pub fn accept_inputs(&self, given: &Json) -> Result<Json, Vec<FieldProblem>> {
        let empty = Map::new();
        let given = match given {
            Json::Object(fields) => fields,
            Json::Null => &empty,
            _ => {
                return Err(vec![FieldProblem {
                    field: "inputs".to_owned(),
                    message: "has to be an object".to_owned(),
                }]);
            }
        };
        let mut problems = Vec::new();
        let mut refuse = |name: &str, message: String| {
            problems.push(FieldProblem { field: format!("inputs.{name}"), message });
        };
        let known: Vec<&str> = self.inputs.keys().map(String::as_str).collect();
        for name in given.keys().filter(|name| !self.inputs.contains_key(*name)) {
            let otherwise = if known.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", known.join(", "))
            };
            let fix = suggestion(name, &known, &otherwise);
            refuse(name, format!("is not an input of this workflow; {fix}"));
        }
        let mut accepted = Map::new();
        for (name, spec) in &self.inputs {
            let value = given.get(name).filter(|value| !value.is_null()).or(spec.default.as_ref());
            match value {
                Some(value)
                    if fits(spec.kind, value)
                        && !spec.options.is_empty()
                        && !spec.options.contains(value) =>
                {
                    let options: Vec<String> = spec.options.iter().map(shown).collect();
                    refuse(name, format!("has to be one of {}", options.join(", ")));
                }
                Some(value) if fits(spec.kind, value) => {
                    accepted.insert(name.clone(), value.clone());
                }
                Some(_) => refuse(name, format!("has to be {}", article(spec.kind))),
                None if spec.required => {
                    refuse(name, format!("is required; give {}", article(spec.kind)));
                }
                None => {
                    accepted.insert(name.clone(), Json::Null);
                }
            }
        }
        if problems.is_empty() { Ok(Json::Object(accepted)) } else { Err(problems) }
    }

    /// Schedules of `on` that give it what it does not take, so that they could never start it.
    pub fn schedule_problems(&self) -> Vec<Problem> {
        let of_schedule = |schedule: &ScheduleTrigger| {
            let refused = self.accept_inputs(&schedule.inputs).err().unwrap_or_default();
            let line = schedule.line;
            refused.into_iter().map(move |refused| Problem {
                line,
                column: 0,
                step: None,
                message: format!("the schedule's {} {}", refused.field, refused.message),
                fix: "set it under the schedule's \"inputs\"".to_owned(),
            })
        };
        self.triggers.schedules.iter().flat_map(of_schedule).collect()
    }
}

/// An option as people read it.
fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn fits(kind: InputType, value: &Json) -> bool {
    match kind {
        InputType::String => value.is_string(),
        InputType::Number => value.is_number(),
        InputType::Integer => value.as_i64().is_some() || value.as_u64().is_some(),
        InputType::Boolean => value.is_boolean(),
        InputType::List => value.is_array(),
        InputType::Object => value.is_object(),
    }
}

pub(crate) fn article(kind: InputType) -> &'static str {
    match kind {
        InputType::String => "a text",
        InputType::Number => "a number",
        InputType::Integer => "a whole number",
        InputType::Boolean => "true or false",
        InputType::List => "a list",
        InputType::Object => "an object",
    }
}
