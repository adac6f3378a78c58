//! A definition after it has been checked: every reference is resolved.

mod action;
mod approval;
mod policy;
mod step;
mod trigger;

use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::expression::Template;

pub use action::{Action, AgentChoice, DispatchStrategy, Gate, GateBack, Task, Wait};
pub use approval::{Approval, Escalation, FormField, OnExpiry, Rule};
pub use policy::{
    Budget, Concurrency, MOST_ATTEMPTS, OnBudget, OnError, OnFailure, Priority, Retry,
};
pub use step::{Axis, Matrix, Repeat, StepDefinition};
pub use trigger::{EventTrigger, ScheduleTrigger, Triggers, is_event_kind};

/// A checked workflow definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// What people call it.
    pub name: String,
    /// One paragraph about it.
    pub description: String,
    /// The department whose work it is; empty when it does not say.
    pub department: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What starts it beside people.
    pub triggers: Triggers,
    /// What it wants to know before it starts.
    pub inputs: IndexMap<String, InputSpec>,
    /// Constants that expressions read as `env.NAME`.
    pub env: Json,
    /// How urgent its executions are when nobody says otherwise.
    pub priority: Option<Priority>,
    /// Which executions may not run at the same time.
    pub concurrency: Option<Concurrency>,
    /// How many attempts of one execution run at the same time at most.
    pub max_parallel: Option<usize>,
    /// How long an execution may take from its start to its end.
    pub timeout: Option<Duration>,
    /// What happens when a step fails and nothing handles it.
    pub on_failure: OnFailure,
    /// What an execution may spend.
    pub budget: Option<Budget>,
    /// The steps, in the order written.
    pub steps: Vec<StepDefinition>,
    /// What it gives back; the outputs of its last steps when absent.
    pub outputs: Option<Template>,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InputSpec {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// What to put in.
    pub description: String,
    /// Whether it must be given.
    pub required: bool,
    /// Its value when it is not given.
    pub default: Option<Json>,
    /// The values that it may have; any of its type when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Json>,
}

/// The type of an input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    /// A text.
    #[default]
    String,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list.
    List,
    /// An object.
    Object,
}
