//! Workflows: versioned definitions. Those that come with the program are files; those of
//! an organisation are rows, each save making a new immutable revision.

mod api;
mod built_in;
mod exchange;
mod find;
mod graph;
mod lifecycle;
mod model;
mod plans;
mod revision;
mod save;
mod sql;
mod template;
mod validate;

use web::Routes;

use crate::Automation;

pub use built_in::{BuiltIn, Workflows};
pub(crate) use find::{Source, check, find, find_plan, refused};
pub(crate) use graph::Graph;
pub(crate) use sql::slugs;

pub(crate) fn routes() -> Routes<Automation> {
    api::routes()
        .merge(validate::routes())
        .merge(revision::routes())
        .merge(exchange::routes())
        .merge(lifecycle::routes())
        .merge(template::routes())
}
