//! Routes of agents.

use axum::extract::State;
use base::Page;
use utoipa_axum::routes;
use web::{Access, Json, Path, Permission, Problem, Result, Routes, not_found};

use super::model::AgentView;
use crate::Automation;

pub(crate) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewAgents);
    Routes::new().add(view, routes!(list)).add(view, routes!(get))
}

/// List the agents.
#[utoipa::path(get, path = "/api/v1/agents", operation_id = "list_agents", tag = "agents",
    responses((status = 200, description = "All agents, by slug", body = Page<AgentView>)))]
async fn list(State(automation): State<Automation>) -> Json<Page<AgentView>> {
    Json(Page { items: automation.library.agents().map(AgentView::from).collect(), next: None })
}

/// Get one agent by its slug or an alias.
#[utoipa::path(get, path = "/api/v1/agents/{slug}", operation_id = "get_agent", tag = "agents",
    params(("slug" = String, Path, description = "The agent's slug")),
    responses((status = 200, description = "The agent", body = AgentView),
        (status = 404, description = "There is no such agent", body = Problem)))]
async fn get(
    State(automation): State<Automation>,
    Path(slug): Path<String>,
) -> Result<Json<AgentView>> {
    let agent = automation.library.agent(&slug).ok_or_else(|| not_found("agent", &slug))?;
    Ok(Json(agent.into()))
}
