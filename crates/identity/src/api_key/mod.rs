//! API keys: how programs come in. A key has the rights of the user who made it.
//!
//! Start with [`model`] for how a key looks. Only its hash is stored, so it is shown once.

pub(crate) mod api;
mod model;
mod sql;

pub(crate) use model::is_well_formed;
pub(crate) use sql::{accept, expires_at, find, touch};
