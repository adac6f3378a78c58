//! The agents, commands, tools, workflows, roles and events that a definition names must exist.

use std::fmt;

use serde_json::Value as Json;

use super::model::{Action, AgentChoice, Approval, Definition, Task, Wait, is_event_kind};
use super::near::suggestion;
use super::parse;
use super::problem::Problem;
use super::tree::Place;
use crate::expression::Template;

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
    /// Names of roles; when there are none, every role may be one.
    pub roles: Vec<&'a str>,
    /// Kinds of events, all that there are of the things that they are about.
    pub events: Vec<&'a str>,
}

impl Known<'_> {
    /// How to mend the kind of an event that will never come; `None` when it may.
    pub fn unknown_event(&self, kind: &str) -> Option<String> {
        (!Kind::Event.has(kind, self)).then(|| Kind::Event.fix(kind, self))
    }
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
                if kind.has(name, known) {
                    continue;
                }
                let fix = kind.fix(name, known);
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
        problems.extend(self.triggers.events.iter().filter_map(|trigger| {
            Some(Problem {
                line: trigger.line,
                column: 0,
                step: None,
                message: format!("the trigger names the unknown event \"{}\"", trigger.event),
                fix: known.unknown_event(&trigger.event)?,
            })
        }));
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

    /// The roles of people whom it asks.
    pub fn roles(&self) -> Vec<&str> {
        self.named(Kind::Role)
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
    Role,
    Event,
}

impl Kind {
    fn of<'k>(self, known: &'k Known<'_>) -> &'k [&'k str] {
        match self {
            Self::Agent | Self::Excluded => &known.agents,
            Self::Capability => &known.capabilities,
            Self::Command => &known.commands,
            Self::Tool => &known.tools,
            Self::Workflow => &known.workflows,
            Self::Role => &known.roles,
            Self::Event => &known.events,
        }
    }

    /// Whether a name is known, or may be right although it is not.
    fn has(self, name: &str, known: &Known<'_>) -> bool {
        let all = self.of(known);
        match self {
            Self::Role => all.is_empty() || all.iter().any(|one| one.eq_ignore_ascii_case(name)),
            Self::Event => {
                // Of what nothing is known, a tool may tell; or it is the name of a signal.
                let thing = |kind: &str| kind.split_once('.').map(|(thing, _)| thing.to_owned());
                all.contains(&name) || !all.iter().any(|one| thing(one) == thing(name))
            }
            Self::Agent
            | Self::Excluded
            | Self::Capability
            | Self::Command
            | Self::Tool
            | Self::Workflow => all.contains(&name),
        }
    }

    /// How to mend a name that is unknown.
    fn fix(self, name: &str, known: &Known<'_>) -> String {
        let all = self.of(known);
        let otherwise = if all.is_empty() {
            format!("there is no {self} yet")
        } else {
            format!("use one of {}", all.join(", "))
        };
        suggestion(name, all, &otherwise)
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
            Self::Role => "role",
            Self::Event => "event",
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
        Action::Wait(Wait::Event { name: Template::Constant(Json::String(name)), .. })
            if is_event_kind(name) =>
        {
            names.push((Kind::Event, name));
        }
        Action::Wait(_) => {}
        Action::Approval(approval) => names.extend(roles(approval)),
        Action::Gate(gate) => {
            let ask = gate.back.as_ref().and_then(|back| back.ask.as_ref());
            names.extend(ask.into_iter().flat_map(roles));
        }
    }
    names
}

/// The roles that are asked, at once or later.
fn roles(approval: &Approval) -> impl Iterator<Item = (Kind, &str)> {
    let later = approval.escalate.iter().flat_map(|escalation| &escalation.roles);
    approval.roles.iter().chain(later).map(|role| (Kind::Role, role.as_str()))
}
