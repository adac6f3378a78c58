//! AI access: which platforms, models and agents a person may use through this server, how
//! many tokens a request of theirs may take, and how many requests they may make in an hour.
//!
//! Start with [`Profile`]. A person without one may use everything. Profiles stand in the
//! organisation's picture, which calls read without SQL; a change acts within a second on
//! every server. The doors and the calls of executions ask in `allow.rs`, before any money is
//! set aside; routing leaves out what the person may not use. What they may spend is a
//! budget of the scope `user`.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

use crate::Gateway;

mod allow;
mod api;
mod change;
mod check;
mod hours;
mod model;
pub(crate) mod sql;

pub(crate) use allow::Asked;
pub(crate) use hours::Hours;
pub(crate) use model::Profile;

/// The routes of what people may use.
pub(crate) fn routes(gateway: Gateway) -> Routes {
    let view = Access::Permission(Permission::ViewCosts);
    let manage = Access::Permission(Permission::ManageBudgets);
    Routes::<Gateway>::new()
        .add(view, routes!(api::list))
        .add(view, routes!(api::get))
        .add(manage, routes!(change::set, change::reset))
        .with_state(gateway)
}
