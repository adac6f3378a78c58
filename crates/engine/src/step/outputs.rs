//! What an execution gives back.

use serde_json::{Map, Value as Json};

use super::advance::Advance;
use super::order::expression_failure;
use crate::Failure;
use crate::execution::StepScope;
use crate::expression::size;

/// The most bytes that an execution gives back when it does not say what.
const MOST_OUTPUTS: usize = 16 * 1024 * 1024;

impl Advance<'_> {
    /// Its declared outputs, or those of its last steps.
    pub(super) fn outputs(&self) -> Result<Json, Failure> {
        if let Some(outputs) = &self.plan.definition().outputs {
            return outputs
                .eval(&StepScope::whole(self.plan, self.state))
                .map_err(|error| expression_failure("the workflow's outputs", &error));
        }
        let mut last = Map::new();
        for (position, step) in self.plan.definition().steps.iter().enumerate() {
            if self.plan.dependants(position).is_empty() {
                let outputs = self.state.steps[position].outputs(step.is_fan_out());
                last.insert(step.id.clone(), outputs);
            }
        }
        let last = Json::Object(last);
        if size(&last) > MOST_OUTPUTS {
            let mib = MOST_OUTPUTS / 1024 / 1024;
            let message = format!(
                "its last steps put out more than {mib} MiB together; say with outputs what the workflow gives back"
            );
            return Err(Failure::permanent("output_too_large", message));
        }
        Ok(last)
    }
}
