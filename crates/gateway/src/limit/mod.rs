//! Requests and tokens for each minute, per provider, key, user and organisation.
//!
//! Start with [`Turnstile`]: a call passes at once, waits in order up to a bound, or is
//! refused with the time after which it may come again. Every call passes its provider's
//! limits right before it is made, and before that those of the organisation and of its user
//! in [`Limits`]: at the door, where its key counts too, or when its execution makes it. In one
//! process the limits are exact: no minute, wherever it begins, holds more than the limit. Across
//! several processes they count together in Redis; when that is lost each counts for itself.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

mod api;
mod count;
mod limits;
mod shared;
mod shared_hours;
mod sql;
mod turnstile;
mod window;

pub(crate) use limits::{Limits, subjects};
pub use shared::Shared;
pub(crate) use sql::Limit;
pub(crate) use turnstile::{Pass, Subject, TooMuch, Turnstile, give_back};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Access::Permission(Permission::ViewCosts), routes!(api::list))
        .add(Access::Permission(Permission::ManageBudgets), routes!(api::set, api::remove))
}
