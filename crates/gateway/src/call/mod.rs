//! Calling a model: which platform, waiting for a turn, streaming, retries and the cost.
//!
//! Start with [`Gateway`]; `perform.rs` makes one call, `retry.rs` holds the pure rules of
//! when a failed one is made again. Nothing else in the product retries a model call.

mod gateway;
mod perform;
mod retry;

pub use gateway::Gateway;
pub use retry::RetryPolicy;
