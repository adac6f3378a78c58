//! Virtual keys: how outside clients come in through the doors.
//!
//! Start with [`VirtualKey`]. Only a key's hash is stored, so it is shown once. The doors
//! ask [`Keys`], which remembers what SQL said for less than a second.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

mod api;
mod cache;
mod change;
mod check;
mod model;
mod sql;
mod token;

pub(crate) use cache::Keys;
pub(crate) use check::{limit as check_limit, models as check_models};
pub(crate) use model::{Holder, fits};
pub use model::{KeyScope, VirtualKey};
pub(crate) use sql::find_id as find;

pub(crate) fn routes() -> Routes {
    let manage = Access::Permission(Permission::ManageVirtualKeys);
    Routes::new()
        .add(manage, routes!(api::list, api::create))
        .add(manage, routes!(api::get, change::change, change::revoke))
}
