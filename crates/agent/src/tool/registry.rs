//! Every tool there is, and who may use it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Effect, RunTool, ToolSpec};
use crate::library::Agent;

/// What stands between an agent and a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// It may.
    Allow,
    /// A person decides each call.
    Ask,
    /// It may not.
    Deny,
}

/// An agent lists a tool that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("agent \"{agent}\" lists unknown tool \"{tool}\": remove it or use one of {}", known.join(", "))]
pub struct UnknownTool {
    /// The agent's slug.
    pub agent: String,
    /// The name that it lists.
    pub tool: String,
    /// The tools that there are.
    pub known: Vec<String>,
}

/// Every tool by name, and the policies that differ from the default.
#[derive(Clone, Default)]
pub struct Registry {
    tools: IndexMap<String, Arc<dyn RunTool>>,
    policies: HashMap<String, HashMap<String, Policy>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("tools", &self.tools.keys().collect::<Vec<_>>())
            .field("policies", &self.policies)
            .finish()
    }
}

impl Registry {
    /// Adds a tool; gives it back if its name is taken.
    pub fn add(&mut self, tool: Arc<dyn RunTool>) -> Result<(), Arc<dyn RunTool>> {
        if self.tools.contains_key(&tool.spec().name) {
            return Err(tool);
        }
        self.tools.insert(tool.spec().name.clone(), tool);
        Ok(())
    }

    /// The tool with this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn RunTool>> {
        self.tools.get(name)
    }

    /// What every tool says about itself, in the order they were added.
    pub fn specs(&self) -> impl Iterator<Item = &ToolSpec> + '_ {
        self.tools.values().map(|tool| tool.spec())
    }

    /// Sets the policy for one agent and one tool, in place of the default.
    pub fn set_policy(&mut self, agent: &str, tool: &str, policy: Policy) {
        self.policies.entry(agent.to_owned()).or_default().insert(tool.to_owned(), policy);
    }

    /// What stands between this agent and this tool.
    ///
    /// A tool that the agent does not list is denied whatever the policies say. A listed
    /// one is allowed, except that an irreversible one is asked about.
    pub fn policy(&self, agent: &Agent, tool: &str) -> Policy {
        let Some(found) =
            self.tools.get(tool).filter(|_| agent.tools.iter().any(|name| name == tool))
        else {
            return Policy::Deny;
        };
        let set = self.policies.get(&agent.slug).and_then(|policies| policies.get(tool));
        set.copied().unwrap_or(match found.spec().effect {
            Effect::Pure | Effect::Idempotent | Effect::Compensable => Policy::Allow,
            Effect::Irreversible => Policy::Ask,
        })
    }

    /// The tools that the agent's model is told of, in the order of its file.
    pub fn offer(&self, agent: &Agent) -> Result<Vec<llm::chat::ToolSpec>, UnknownTool> {
        let mut offered = Vec::with_capacity(agent.tools.len());
        for name in &agent.tools {
            let tool = self.tools.get(name).ok_or_else(|| UnknownTool {
                agent: agent.slug.clone(),
                tool: name.clone(),
                known: self.tools.keys().cloned().collect(),
            })?;
            match self.policy(agent, name) {
                Policy::Allow | Policy::Ask => offered.push(tool.spec().for_model()),
                Policy::Deny => {}
            }
        }
        Ok(offered)
    }
}
