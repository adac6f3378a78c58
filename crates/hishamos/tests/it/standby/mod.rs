//! Several servers on one PostgreSQL: one drives executions, the others serve and stand by.
//! `take_over.rs` stops and kills the one that drives, `lost_database.rs` cuts everybody's
//! connections.

#![allow(clippy::unwrap_used)]

mod lost_database;
mod take_over;
