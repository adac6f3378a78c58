//! SQLite without a thread in between: for the writer, and for reading a few rows.
//!
//! The reading pools hand each statement to a thread of the driver and wait for its answer;
//! between two tasks that costs more than most statements do. The writer has a thread of
//! its own anyway, so its connection is used where it is.

mod connection;
mod glance;
mod lane;
mod refusal;
mod row;

pub(super) use connection::Connection;
pub(super) use glance::{Glances, Glancing};
pub(super) use lane::{Lane, Writing};
pub(crate) use refusal::Refusal;
pub use row::DirectRow;
