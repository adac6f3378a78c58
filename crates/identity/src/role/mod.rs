//! Roles: named sets of permissions. A user has exactly one.
//!
//! Start with [`SEEDED`], the four roles that every organisation begins with.

pub(crate) mod api;
mod model;
mod seed;
pub(crate) mod sql;

pub use model::Role;
pub(crate) use model::permissions;
pub use seed::{SEEDED, SeededRole};
