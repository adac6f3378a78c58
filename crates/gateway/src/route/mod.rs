//! Where a call goes: the order of its targets, the breaker that keeps it away from a
//! platform that fails, and the budget for further calls. Pure, except for model groups,
//! which an admin sets up.
//!
//! Start with [`order`] and [`Breaker`]; `call/` is where they are used.

mod api;
mod average;
mod breaker;
mod group;
mod picker;
mod retry_budget;
pub(crate) mod sql;

pub(crate) use api::routes;
pub(crate) use average::Average;
pub use breaker::{Breaker, FAILURES, Gate, REST_MS};
pub(crate) use group::{Group, GroupTarget};
pub use picker::{Candidate, Strategy, order};
pub use retry_budget::RetryBudget;
