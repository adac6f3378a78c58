//! Several servers on one PostgreSQL: one drives executions, the others serve and stand by.
//! `take_over.rs` stops and kills the one that drives; `partition.rs` breaks their ways to the
//! database, which are made of `proxy.rs`; `lost_database.rs` cuts everybody's connections
//! and crashes the database itself; `ticks.rs` kills servers while schedules fire.

#![allow(clippy::unwrap_used)]

mod lost_database;
mod partition;
mod proxy;
mod take_over;
mod ticks;

use std::time::Duration;

use crate::crash::size::asked;

/// A figure, held against its bound when a soak asks for it.
fn within(what: &str, took: Duration, bound: Duration) {
    println!("{what} after {:.2} s, the bound is {} s", took.as_secs_f64(), bound.as_secs());
    assert!(asked("PROOF_BOUNDS").is_none() || took <= bound, "{what} after {took:?}");
}
