//! Work items: epics, stories, tasks and bugs. Start with [`WorkItem`]; then one file for
//! each thing that happens to one: `create`, `change`, `remove`, `undo`; `place` has the
//! moves, and how items keep their order with one written row for each.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

mod api;
mod api_change;
mod change;
mod content;
mod create;
mod event;
mod model;
mod place;
mod points;
mod remove;
pub(crate) mod sql;
mod undo;

pub(crate) use content::{CRITERIA, Content};
pub(crate) use create::{Author, Planned, insert_all};
pub(crate) use event::{Happened, announce};
pub use model::{Kind, Origin, Priority, WorkItem};
pub(crate) use place::rank_at_end;
pub use points::Points;

/// The routes of work items.
pub(crate) fn routes() -> Routes {
    let view = Access::Permission(Permission::ViewProjects);
    let edit = Access::Permission(Permission::EditStories);
    Routes::new()
        .add(view, routes!(api::list))
        .add(edit, routes!(api::create))
        .add(view, routes!(api::get))
        .add(edit, routes!(api_change::change))
        .add(edit, routes!(api_change::remove))
        .add(edit, routes!(api_change::move_item))
        .add(edit, routes!(api_change::undo))
}
