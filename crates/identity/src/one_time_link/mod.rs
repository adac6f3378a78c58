//! Links that let somebody in once, within 15 minutes: for the first set-up, and for
//! signing in without a password. They are printed in the terminal of the server.
//!
//! Start with [`sign_in`].

pub(crate) mod api;
mod create;
mod model;
pub(crate) mod sql;

pub use create::{sign_in, sign_in_program, sign_in_server};
pub use model::LIFETIME;
pub(crate) use model::Purpose;
