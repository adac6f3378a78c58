//! Workflows: versioned definitions. Those that come with the program are files; those of
//! an organisation are rows, each save making a new immutable revision.

mod api;
mod built_in;
mod find;
mod model;
mod plans;
mod sql;

pub(crate) use api::routes;
pub use built_in::{BuiltIn, Workflows};
pub(crate) use find::{Source, check, find, find_plan, refused};
pub(crate) use sql::slugs;
