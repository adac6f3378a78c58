//! Effects: orders to the runner. An effect may be carried out twice, so each carries
//! the key of its attempt.

use base::Timestamp;
use serde_json::Value as Json;

use super::AttemptKey;
use crate::definition::DispatchStrategy;
use crate::expression::size;

/// An order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start an attempt, or go on with one that a died process had started.
    StartAttempt {
        /// Which.
        key: AttemptKey,
        /// What to do.
        order: Order,
    },
    /// Choose an agent and answer with [`super::Input::AgentChosen`].
    ChooseAgent {
        /// For which attempt.
        key: AttemptKey,
        /// What it must be able to do.
        capabilities: Vec<String>,
        /// How the best is found.
        strategy: DispatchStrategy,
        /// Slugs of agents that are not asked: excluded ones and those that failed at it.
        exclude: Vec<String>,
    },
    /// Stop an attempt; its outcome is not wanted any more.
    CancelAttempt {
        /// Which.
        key: AttemptKey,
    },
    /// Send [`super::Input::Tick`] at this time.
    WakeAt(Timestamp),
}

/// What an attempt does, with all expressions evaluated.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// An agent works.
    Agent(Box<AgentOrder>),
    /// A tool is called.
    Tool {
        /// Its name.
        tool: String,
        /// Its input.
        with: Json,
    },
    /// Another workflow runs.
    Workflow {
        /// Its slug.
        workflow: String,
        /// Its inputs.
        inputs: Json,
    },
}

impl Order {
    /// About how many bytes it carries.
    pub(crate) fn payload(&self) -> usize {
        match self {
            Self::Agent(order) => match &order.task {
                AgentTask::Command { params, .. } => size(params),
                AgentTask::Prompt(prompt) => prompt.len(),
            },
            Self::Tool { with: value, .. } | Self::Workflow { inputs: value, .. } => size(value),
        }
    }
}

/// What an agent works on.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentOrder {
    /// The agent's slug.
    pub agent: String,
    /// On what.
    pub task: AgentTask,
    /// The model, when the step wants a certain one.
    pub model: Option<String>,
    /// The tools that it may use of those that its own file allows.
    pub tools: Option<Vec<String>>,
}

/// On what an agent works.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentTask {
    /// A command.
    Command {
        /// Its slug.
        command: String,
        /// Its parameters.
        params: Json,
    },
    /// A text of the workflow's own.
    Prompt(String),
}
