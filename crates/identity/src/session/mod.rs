//! Sessions: signed-in browsers. Only the hash of a session's token is stored.
//!
//! Start with [`open`], the one place where a session begins.

pub(crate) mod api;
mod model;
mod open;
mod sql;

pub use model::Session;
pub(crate) use open::{Opened, open, respond};
pub(crate) use sql::{accept, caller, find, of_caller, revoke_others, touch};
