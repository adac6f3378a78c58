//! The audit log: who did what, when and from where. Lines are only ever added, in the
//! same transaction as what they tell of.
//!
//! Start with [`Line`], then [`write`].

pub(crate) mod api;
mod denial;
mod model;
mod sql;

pub(crate) use denial::record_denial;
pub use model::{Action, Actor, AuditLog, Line};
pub use sql::write;
