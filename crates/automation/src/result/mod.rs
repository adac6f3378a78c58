//! Results: the standard output of a finished step, immutable.

mod api;
mod sql;

pub(crate) use api::routes;
