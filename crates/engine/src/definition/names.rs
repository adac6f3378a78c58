//! The agents, commands and tools that a definition names must exist.

use std::fmt;

use super::model::{Action, AgentChoice, Definition, Task};
use super::near::suggestion;
use super::parse;
use super::problem::Problem;
use super::tree::Place;

/// The names that exist.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Slugs of agents.
    pub agents: Vec<&'a str>,
    /// Slugs of commands.
    pub commands: Vec<&'a str>,
    /// Names of tools.
    pub tools: Vec<&'a str>,
    /// Slugs of workflows.
    pub workflows: Vec<&'a str>,
    /// What at least one agent is able to do.
    pub capabilities: Vec<&'a str>,
}

/// The keys of a step whose texts name nothing that has to exist.
const NO_NAMES: &[&str] = &["id", "name", "with", "params", "prompt", "inputs"];

impl Definition {
    /// Every name that does not exist; `text` is what the definition was read from, and says
    /// where each one stands.
    pub fn unknown_names(&self, text: &str, known: &Known<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut tree = None;
        for step in &self.steps {
            let actions = [Some(&step.action), step.compensate.as_ref()];
            let names = actions.into_iter().flatten().flat_map(names);
            for (kind, name) in names {
                let all = kind.of(known);
                if all.contains(&name) {
                    continue;
                }
                let otherwise = if all.is_empty() {
                    format!("there is no {kind} yet")
                } else {
                    format!("use one of {}", all.join(", "))
                };
                let fix = suggestion(name, all, &otherwise);
                let tree = tree.get_or_insert_with(|| parse::tree(text).ok());
                let of_step = Place { line: step.line, column: step.column };
                let place =
                    tree.as_ref().and_then(|tree| tree.at(of_step)?.place_of(name, NO_NAMES));
                let Place { line, column } = place.unwrap_or(of_step);
                problems.push(Problem {
                    line,
                    column,
                    step: Some(step.id.clone()),
                    message: format!("names the unknown {kind} \"{name}\""),
                    fix,
                });
            }
        }
        problems
    }

    /// The slugs of every agent that it names, in the order of the text.
    pub fn agents(&self) -> Vec<&str> {
        self.named(Kind::Agent)
    }

    /// The slugs of every command that it names.
    pub fn commands(&self) -> Vec<&str> {
        self.named(Kind::Command)
    }

    /// The names of every tool that a step calls.
    pub fn tools(&self) -> Vec<&str> {
        self.named(Kind::Tool)
    }

    /// The slugs of every workflow that a step starts.
    pub fn workflows(&self) -> Vec<&str> {
        self.named(Kind::Workflow)
    }

    fn named(&self, wanted: Kind) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for step in &self.steps {
            let actions = [Some(&step.action), step.compensate.as_ref()];
            for (kind, name) in actions.into_iter().flatten().flat_map(names) {
                // Which agents to leave out of a choice is not a use of them.
                if kind == wanted && !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        found
    }
}

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Agent,
    Excluded,
    Capability,
    Command,
    Tool,
    Workflow,
}

impl Kind {
    fn of<'k>(self, known: &'k Known<'_>) -> &'k [&'k str] {
        match self {
            Self::Agent | Self::Excluded => &known.agents,
            Self::Capability => &known.capabilities,
            Self::Command => &known.commands,
            Self::Tool => &known.tools,
            Self::Workflow => &known.workflows,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Agent | Self::Excluded => "agent",
            Self::Capability => "capability",
            Self::Command => "command",
            Self::Tool => "tool",
            Self::Workflow => "workflow",
        })
    }
}

/// Every name that an action uses.
fn names(action: &Action) -> Vec<(Kind, &str)> {
    let mut names = Vec::new();
    match action {
        Action::Agent { agent, task, tools, .. } => {
            match agent {
                AgentChoice::Named(agent) => names.push((Kind::Agent, agent.as_str())),
                AgentChoice::Capable { capabilities, exclude, .. } => {
                    names.extend(capabilities.iter().map(|name| (Kind::Capability, name.as_str())));
                    names.extend(exclude.iter().map(|name| (Kind::Excluded, name.as_str())));
                }
            }
            if let Task::Command { command, .. } = task {
                names.push((Kind::Command, command));
            }
            names.extend(tools.iter().flatten().map(|name| (Kind::Tool, name.as_str())));
        }
        Action::Tool { tool, .. } => names.push((Kind::Tool, tool)),
        Action::Workflow { workflow, .. } => names.push((Kind::Workflow, workflow)),
        Action::Wait(_) | Action::Approval(_) | Action::Gate(_) => {}
    }
    names
}
