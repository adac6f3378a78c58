//! The work that takes time, outside the loop: an agent's attempt, turn by turn; a call over
//! HTTP; making the execution of a sub-workflow.

mod agent;
mod child;
mod http;
mod journal;
mod last_try;
mod sql;
mod stopped;
mod tools;

use base::{ExecutionId, Micros, OrganisationId, UserId, VirtualKeyId};
use engine::{AgentTask, AttemptKey};
use store::lease::Lease;
use web::App;

use super::Dependencies;
use super::handle::{Charge, Handle};

pub(super) use agent::agent;
pub(super) use child::{ChildOrder, child};
pub use http::HttpTool;
pub(super) use http::{ToolCall, http};
pub(super) use stopped::{Stopped, until_ended};

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
    /// Whose money it spends.
    pub payer: Payer,
    pub lease: Lease,
}

/// What the ledger has to know of an attempt beside who works on what.
#[derive(Debug, Clone, Default)]
pub(super) struct Payer {
    /// Who started the execution.
    pub user: Option<UserId>,
    /// The virtual key with which they did.
    pub key: Option<VirtualKeyId>,
    /// The project that it works for.
    pub project: Option<String>,
    /// What it is about beside that.
    pub charge: Charge,
    /// The agent's department.
    pub department: Option<String>,
    /// The most that the execution may spend, by its definition.
    pub execution_cap: Option<Micros>,
    /// The most that the step may spend, by its definition.
    pub step_cap: Option<Micros>,
}
