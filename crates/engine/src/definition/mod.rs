//! Workflow definitions: what people write, as YAML or JSON, with the keys they know from
//! GitHub Actions and our own verbs. Start with [`parse`]; it returns every [`Problem`]
//! with its line, column, step and fix, and never runs anything.

mod check;
mod graph;
mod inputs;
mod model;
mod names;
mod near;
mod parse;
mod parse_step;
mod problem;
mod raw;
mod yaml;

pub use inputs::FieldProblem;
pub use model::{Action, Definition, InputSpec, InputType, Matrix, Retry, StepDefinition};
pub use names::Known;
pub use parse::{MAX_BYTES, MAX_STEPS, parse};
pub use problem::Problem;

/// The JSON Schema (draft 2020-12) of the definition language, for editors.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests;
