//! Workflow definitions: what people write, as YAML or JSON, with the keys they know from
//! GitHub Actions and our own verbs. Start with [`parse`]; it returns every [`Problem`]
//! with its line, column, step and fix, and never runs anything.

mod check;
mod inputs;
mod model;
mod names;
mod parse;
mod problem;
mod raw;

pub use inputs::FieldProblem;
pub use model::{Action, Definition, InputSpec, InputType, Matrix, Retry, StepDefinition};
pub use names::Known;
pub use parse::{MAX_BYTES, MAX_STEPS, parse};
pub use problem::Problem;

#[cfg(test)]
mod tests;
