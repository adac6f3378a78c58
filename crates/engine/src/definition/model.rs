//! A definition after it has been checked: every reference is resolved.

use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::expression::{Expression, Template};

/// A checked workflow definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// What people call it.
    pub name: String,
    /// One paragraph about it.
    pub description: String,
    /// What it wants to know before it starts.
    pub inputs: IndexMap<String, InputSpec>,
    /// Constants that expressions read as `env.NAME`.
    pub env: Json,
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

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepDefinition {
    /// Its key in this workflow.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The positions of the steps that must end before it.
    pub needs: Vec<usize>,
    /// It is skipped when this is false.
    pub when: Option<Expression>,
    /// It fans out over a list.
    pub matrix: Option<Matrix>,
    /// What it does.
    pub action: Action,
    /// How often it is tried.
    pub retry: Retry,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Whether the execution goes on when it fails.
    pub continue_on_error: bool,
    /// Where it starts in the text, from 1.
    pub line: u64,
    /// Where it starts in its line, from 1.
    pub column: u64,
}

/// A fan-out: one instance of the step for each element of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// The name under which an instance reads its element: `matrix.NAME`.
    pub name: String,
    /// The list.
    pub items: Template,
    /// How many instances run at the same time at most.
    pub max_parallel: usize,
    /// Whether no further instance starts after one has failed.
    pub fail_fast: bool,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// An agent carries out a command.
    Agent {
        /// The agent's slug.
        agent: String,
        /// The command's slug.
        command: String,
        /// The command's parameters.
        params: Template,
        /// The model, when the step wants a certain one.
        model: Option<String>,
    },
    /// A tool is called with an input.
    Tool {
        /// The tool's name.
        tool: String,
        /// Its input.
        with: Template,
    },
}

/// How often a step is tried, and how long it waits in between.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// How many attempts at most, the first included.
    pub max_attempts: u32,
    /// The wait before the second attempt.
    pub first_wait: Duration,
    /// What each further wait is multiplied with.
    pub multiplier: f64,
    /// The longest wait.
    pub max_wait: Duration,
    /// Whether waits are shortened by a random part, so that retries do not march in step.
    pub jitter: bool,
}

impl Default for Retry {
    /// Three attempts, 2 s, doubled, at most 60 s (catalogue 5.7).
    fn default() -> Self {
        Self {
            max_attempts: 3,
            first_wait: Duration::from_secs(2),
            multiplier: 2.0,
            max_wait: Duration::from_secs(60),
            jitter: true,
        }
    }
}

impl Retry {
    /// The wait after a failed attempt (counted from 1). `luck` in 0..1000 is the jitter's
    /// share; the wait lies between half and all of the exponential one.
    pub fn wait(&self, attempt: u32, luck: u32) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.first_wait.as_secs_f64() * self.multiplier.powi(exponent);
        let seconds = seconds.min(self.max_wait.as_secs_f64()).max(0.0);
        let share = if self.jitter { 1.0 - f64::from(luck % 1000) / 2000.0 } else { 1.0 };
        Duration::from_secs_f64(seconds * share)
    }
}
