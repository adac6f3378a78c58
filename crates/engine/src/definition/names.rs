//! The agents, commands and tools that a definition names must exist.

use super::model::{Action, Definition};
use super::near::suggestion;
use super::problem::Problem;

/// The names that exist.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Slugs of agents.
    pub agents: Vec<&'a str>,
    /// Slugs of commands.
    pub commands: Vec<&'a str>,
    /// Names of tools.
    pub tools: Vec<&'a str>,
}

impl Definition {
    /// Every name that does not exist.
    pub fn unknown_names(&self, known: &Known<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for step in &self.steps {
            let names: &[(&str, &str, &[&str])] = match &step.action {
                Action::Agent { agent, command, .. } => {
                    &[("agent", agent, &known.agents), ("command", command, &known.commands)]
                }
                Action::Tool { tool, .. } => &[("tool", tool, &known.tools)],
            };
            for (kind, name, all) in names {
                if all.contains(name) {
                    continue;
                }
                let otherwise = if all.is_empty() {
                    format!("there is no {kind} yet")
                } else {
                    format!("use one of {}", all.join(", "))
                };
                let fix = suggestion(name, all, &otherwise);
                problems.push(Problem {
                    line: step.line,
                    column: step.column,
                    step: Some(step.id.clone()),
                    message: format!("names the unknown {kind} \"{name}\""),
                    fix,
                });
            }
        }
        problems
    }
}
