//! Users: people with an account, and what they may change about themselves.
//!
//! Start with [`User`]. [`create_admin`] is for the command line; there is no route that
//! makes users, so nobody can register.

pub(crate) mod api;
mod create;
mod email;
mod model;
pub(crate) mod people;
pub(crate) mod sql;
mod things;

pub use create::{NewAdmin, create_admin};
pub use email::Email;
pub use model::{Locale, Theme, User};
pub(crate) use model::{check_name, collect};
pub use things::things;
