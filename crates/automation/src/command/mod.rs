//! Commands as people see them: what the library holds.

mod api;
mod model;

pub(crate) use api::routes;
