//! Routes of commands.

use axum::extract::State;
use base::Page;
use utoipa_axum::routes;
use web::{Access, Json, Path, Permission, Problem, Result, Routes, not_found};

use super::model::CommandView;
use crate::Automation;

pub(crate) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewCommands);
    Routes::new().add(view, routes!(list)).add(view, routes!(get))
}

/// List the commands.
#[utoipa::path(get, path = "/api/v1/commands", operation_id = "list_commands", tag = "commands",
    responses((status = 200, description = "All commands, by slug", body = Page<CommandView>)))]
async fn list(State(automation): State<Automation>) -> Json<Page<CommandView>> {
    Json(Page { items: automation.library.commands().map(CommandView::from).collect(), next: None })
}

/// Get one command by its slug or an alias.
#[utoipa::path(get, path = "/api/v1/commands/{slug}", operation_id = "get_command", tag = "commands",
    params(("slug" = String, Path, description = "The command's slug")),
    responses((status = 200, description = "The command", body = CommandView),
        (status = 404, description = "There is no such command", body = Problem)))]
async fn get(
    State(automation): State<Automation>,
    Path(slug): Path<String>,
) -> Result<Json<CommandView>> {
    let command = automation.library.command(&slug).ok_or_else(|| not_found("command", &slug))?;
    Ok(Json(command.into()))
}
