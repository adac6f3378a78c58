//! Approvals: questions of executions to people, and what they decided.

mod api;
mod model;
mod sql;

pub(crate) use api::routes;
