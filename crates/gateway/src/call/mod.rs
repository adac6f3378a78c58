//! Calling a model: which platform, waiting for a turn, streaming, retries and the cost.
//!
//! Start with [`Gateway`]; `perform.rs` makes calls, `execution.rs` those of executions,
//! `travel.rs` leads one through its targets along its `way.rs`, `retry.rs` holds the pure rules
//! of when a failed one is made again, `departure.rs` knows what has gone out. Nothing else in
//! the product retries a model call.

mod answer;
mod departure;
mod execution;
mod gateway;
mod meta;
mod other;
mod perform;
mod retry;
mod stored;
#[cfg(test)]
mod storm;
mod ticket;
mod travel;
mod way;
mod worst;

pub use answer::Answer;
pub(crate) use departure::Departure;
pub use gateway::Gateway;
pub use meta::CallMeta;
pub(crate) use other::most_heard;
pub use retry::RetryPolicy;
pub(crate) use stored::key_place;
pub(crate) use worst::{Worst, WorstAt};
