//! Signing in with a password.
//!
//! Start with [`api`] for the order of things and [`throttle`] for how guessing is slowed.

pub(crate) mod api;
mod attempt;
mod failure;
mod sql;
mod throttle;

pub(crate) use attempt::Attempt;
pub(crate) use failure::record_failure;
