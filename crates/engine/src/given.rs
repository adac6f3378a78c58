//! What a step was given, for people who look at it: its parameters with the expressions
//! evaluated, as an attempt at it gets them.

use serde_json::Value as Json;

use crate::definition::{Action, Task};
use crate::execution::StepScope;
use crate::expression::EvalError;
use crate::{AttemptKey, Plan, State};

/// What an attempt gets; `None` for steps that get nothing: waits, approvals and gates.
pub fn given(plan: &Plan, state: &State, key: AttemptKey) -> Option<Result<Json, EvalError>> {
    let scope = StepScope::of(plan, state, key);
    let template = match &plan.step(key.step).action {
        Action::Agent { task: Task::Command { params, .. }, .. } => params,
        Action::Agent { task: Task::Prompt(prompt), .. } => prompt,
        Action::Tool { with, .. } | Action::Workflow { with, .. } => with,
        Action::Wait(_) | Action::Approval(_) | Action::Gate(_) => return None,
    };
    Some(template.eval(&scope))
}
