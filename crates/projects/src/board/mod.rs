//! The board: a project's columns with their items, its epics, and the live stream of what
//! changes. Start with [`Board`]; a client shows it, then follows the stream from `cursor`.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

mod api;
mod model;
mod stream;

pub use model::{Board, BoardColumn};

/// The routes of the board.
pub(crate) fn routes() -> Routes {
    let view = Access::Permission(Permission::ViewProjects);
    Routes::new().add(view, routes!(api::get)).add(view, routes!(stream::follow))
}
