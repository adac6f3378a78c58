//! Workflow definitions: what people write, as YAML or JSON, with the keys they know from
//! GitHub Actions and our own verbs. Start with [`parse`]; it returns every [`Problem`]
//! with its line, column, step and fix, and never runs anything.

mod check;
mod design;
mod diff;
mod exchange;
mod graph;
mod inputs;
mod keys;
mod model;
mod names;
mod near;
mod parse;
mod parse_action;
mod parse_approval;
mod parse_flow;
mod parse_policy;
mod parse_step;
mod parse_trigger;
mod picture;
mod problem;
mod reader;
mod tree;
mod write;
mod yaml;

pub use diff::{Change, ChangeKind, diff};
pub use exchange::{EXPORT_VERSION, Exported, Imported, export, import, to_yaml};
pub use inputs::FieldProblem;
pub(crate) use inputs::{article, fits};
pub use model::{
    Action, AgentChoice, Approval, Axis, Budget, Concurrency, Definition, DispatchStrategy,
    Escalation, EventTrigger, FormField, Gate, GateBack, InputSpec, InputType, MOST_ATTEMPTS,
    Matrix, OnBudget, OnError, OnExpiry, OnFailure, Priority, Repeat, Retry, Rule, ScheduleTrigger,
    StepDefinition, Task, Triggers, Wait, is_event_kind,
};
pub use names::Known;
pub use parse::{MAX_BYTES, MAX_STEPS, parse};
pub use picture::{Edge, EdgeKind, Graph, Node, NodeKind};
pub use problem::Problem;

/// The JSON Schema (draft 2020-12) of the definition language, for editors.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests;
