//! What kind of step an action makes, as people see it.

use engine::definition::{Action, AgentChoice, Task};

/// The kind of a step and the names that it goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepKind {
    /// `agent`, `tool`, `workflow`, `wait`, `approval` or `gate`.
    pub kind: &'static str,
    /// The agent, when one is named.
    pub agent: Option<String>,
    /// The command that the agent carries out.
    pub command: Option<String>,
    /// The tool, or the workflow.
    pub tool: Option<String>,
}

impl StepKind {
    /// The kind of an action.
    pub fn of(action: &Action) -> Self {
        let kind = |kind, tool: Option<&String>| Self {
            kind,
            agent: None,
            command: None,
            tool: tool.cloned(),
        };
        match action {
            Action::Agent { agent, task, .. } => Self {
                agent: match agent {
                    AgentChoice::Named(agent) => Some(agent.clone()),
                    AgentChoice::Capable { .. } => None,
                },
                command: match task {
                    Task::Command { command, .. } => Some(command.clone()),
                    Task::Prompt(_) => None,
                },
                ..kind("agent", None)
            },
            Action::Tool { tool, .. } => kind("tool", Some(tool)),
            Action::Workflow { workflow, .. } => kind("workflow", Some(workflow)),
            Action::Wait(_) => kind("wait", None),
            Action::Approval(_) => kind("approval", None),
            Action::Gate(_) => kind("gate", None),
        }
    }
}
