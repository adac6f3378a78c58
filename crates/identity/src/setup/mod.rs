//! The first set-up: an organisation, its four roles and its first administrator. It
//! happens once, by whoever can read the server's terminal, where the one-time link stands.
//!
//! Start with [`ensure_link`], then [`api`], then [`found`], which all ways in share.

pub(crate) mod api;
mod found;
mod link;
mod local;
mod sql;

pub(crate) use found::{Founding, found};
pub use link::ensure_link;
pub use local::{LocalAdmin, create_local_admin};
