//! What the API tells of an agent.

use agent::Agent;
use serde::Serialize;

/// An agent: a role as data.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Agent)]
pub(super) struct AgentView {
    /// Its key.
    slug: String,
    /// Its name.
    name: String,
    /// When to use it.
    description: String,
    /// What it can do.
    capabilities: Vec<String>,
    /// The tools that it may see.
    tools: Vec<String>,
    /// What the model is told about its role.
    system_prompt: String,
    /// The version that its author gave it.
    version: String,
    /// The identity of this version of its prompt.
    hash: String,
}

impl From<&Agent> for AgentView {
    fn from(agent: &Agent) -> Self {
        Self {
            slug: agent.slug.clone(),
            name: agent.name.clone(),
            description: agent.description.clone(),
            capabilities: agent.capabilities.clone(),
            tools: agent.tools.clone(),
            system_prompt: agent.system_prompt.clone(),
            version: agent.version.clone(),
            hash: agent.hash.clone(),
        }
    }
}
