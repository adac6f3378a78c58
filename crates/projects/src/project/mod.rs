//! Projects: a name, a key that begins the keys of its work items, and the columns of its
//! board. Start with [`Project`]; the rule for keys is in `key.rs`.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

mod api;
mod column;
mod key;
mod model;
pub(crate) mod sql;

pub use column::Column;
pub(crate) use model::topic;
pub use model::{Counts, Locked, Project, Status};

/// The routes of projects.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Access::Permission(Permission::ViewProjects), routes!(api::list))
        .add(Access::Permission(Permission::ManageProjects), routes!(api::create))
        .add(Access::Permission(Permission::ViewProjects), routes!(api::get))
        .add(Access::Permission(Permission::ManageProjects), routes!(api::change))
}
