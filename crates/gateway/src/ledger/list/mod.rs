//! The ledger line by line, the newest first.

mod api;
mod sql;

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

pub(super) fn routes() -> Routes {
    Routes::new().add(Access::Permission(Permission::ViewCosts), routes!(api::list))
}
