//! The work that takes time, outside the loop: an agent's attempt, turn by turn; a call over
//! HTTP; making the execution of a sub-workflow.

mod agent;
mod child;
mod http;
mod journal;
mod sql;
mod tools;

use base::{ExecutionId, OrganisationId};
use engine::{AgentTask, AttemptKey};
use store::lease::Lease;
use web::App;

use super::Dependencies;
use super::handle::Handle;

pub(super) use agent::agent;
pub(super) use child::{ChildOrder, child};
pub use http::HttpTool;
pub(super) use http::{ToolCall, http};

/// What an attempt can reach.
pub(super) struct Desk {
    pub app: App,
    pub dependencies: Dependencies,
    pub handle: Handle,
}

impl Assignment {
    /// The command's slug, or `prompt` for a text of the workflow's own.
    pub fn command(&self) -> &str {
        match &self.task {
            AgentTask::Command { command, .. } => command,
            AgentTask::Prompt(_) => PROMPT,
        }
    }
}

/// What a text of the workflow's own counts as instead of a command.
const PROMPT: &str = "prompt";

/// One attempt of an agent.
#[derive(Clone)]
pub(super) struct Assignment {
    pub organisation: OrganisationId,
    pub execution: ExecutionId,
    pub step: String,
    pub key: AttemptKey,
    pub agent: String,
    pub task: AgentTask,
    /// The tools that it may use of those that its own file allows.
    pub tools: Option<Vec<String>>,
    pub model: Option<String>,
    pub lease: Lease,
}
