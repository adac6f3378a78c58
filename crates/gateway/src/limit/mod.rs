//! Requests and tokens for each minute, per provider, key, user and organisation.
//!
//! Start with [`Limits`]: a call passes at once, waits in order up to a bound, or is
//! refused with the time after which it may come again. In one process the limits are
//! exact: no minute, wherever it begins, holds more than the limit. Across several
//! processes they count together in Redis; when that is lost each counts for itself.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

mod api;
mod limits;
mod shared;
mod sql;
mod window;

pub(crate) use limits::{Limits, Pass, Subject, TooMuch};
pub use shared::Shared;
pub(crate) use sql::Limit;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Access::Permission(Permission::ViewCosts), routes!(api::list))
        .add(Access::Permission(Permission::ManageBudgets), routes!(api::set, api::remove))
}
