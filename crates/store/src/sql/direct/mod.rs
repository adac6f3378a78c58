//! SQLite without a thread in between, for the writer.
//!
//! The reading pools hand each statement to a thread of the driver and wait for its answer;
//! between two tasks that costs more than most statements do. The writer has a thread of
//! its own anyway, so its connection is used where it is.

mod connection;
mod lane;
mod refusal;
mod row;

pub(super) use connection::Connection;
pub(super) use lane::{Lane, Writing};
pub(crate) use refusal::Refusal;
pub use row::DirectRow;
