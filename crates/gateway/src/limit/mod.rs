//! Requests and tokens for each minute, per provider, key, user and organisation, and for each
//! day of the organisation.
//!
//! Start with [`Turnstile`]: a call passes at once, waits in order up to a bound, or is
//! refused with the time after which it may come again. Every call passes its provider's
//! limits right before it is made, and before that those of the organisation and of its user
//! in [`Limits`]: at the door, where its key counts too, or when its execution makes it. In one
//! process the limits are exact: no minute, wherever it begins, holds more than the limit. Across
//! several processes they count together in Redis; when that is lost each counts for itself.
//! The day (`day.rs`) begins with what the ledger has of it, and nobody waits for the next one.

use utoipa_axum::routes;
use web::{Access, Permission, Routes};

mod admission;
mod api;
mod count;
mod day;
mod limits;
mod shared;
mod shared_days;
mod shared_hours;
mod sql;
mod turnstile;
mod window;

pub(crate) use admission::{Admission, give_back};
pub(crate) use day::DayCaps;
pub(crate) use limits::{Limits, day_caps, subjects};
pub use shared::Shared;
pub(crate) use sql::Limit;
pub(crate) use turnstile::{Pass, Subject, TooMuch, Turnstile};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .add(Access::Permission(Permission::ViewCosts), routes!(api::list))
        .add(Access::Permission(Permission::ManageBudgets), routes!(api::set, api::remove))
}
