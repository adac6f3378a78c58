//! Passwords: which ones are good enough, how they are stored and how they are proved.
//!
//! Start with [`check`] for the rules and [`hash`] for the storage.

pub(crate) mod api;
mod common;
mod hash;
mod rules;

pub use hash::{hash, is_outdated, verify};
pub use rules::check;
