//! Budgets: what may be spent on a scope in a period, and what happens when it is not enough.
//!
//! Start with [`Budget`]. Money is set aside before a call ([`reserve`]) and booked after it
//! ([`settle`]); both happen in the caller's transaction. Calls of outside clients are
//! served from slices that `ledger/slices` takes out of the same rows.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

use crate::Gateway;

mod alert;
mod api;
mod model;
mod period;
mod reserve;
mod scoped;
pub(crate) mod sql;

pub(crate) use model::target;
pub use model::{Budget, OnExceeded, Period, Scope};
pub(crate) use period::Periods;
pub(crate) use reserve::{Exceeded, Lacking, Place, Spent, book, choose, current, reserve, settle};

/// The outbox topic of all budgets.
pub const TOPIC: &str = "budgets";

pub(crate) fn routes(gateway: Gateway) -> Routes {
    Routes::<Gateway>::new()
        .add(Access::Permission(Permission::ViewCosts), routes!(api::list))
        .add(Access::Permission(Permission::ManageBudgets), routes!(api::create))
        .add(Access::Permission(Permission::ViewCosts), routes!(api::get))
        .add(Access::Permission(Permission::ManageBudgets), routes!(api::change))
        .add(Access::Permission(Permission::ManageBudgets), routes!(api::remove))
        .with_state(gateway)
}
