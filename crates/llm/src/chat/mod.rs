//! The canonical chat shape: what the product says to a model and what it hears back,
//! whatever the provider. Everything is serialisable because it is journaled.
//!
//! Start with [`Request`]; a call yields [`Delta`]s, which an [`Accumulator`] folds into
//! a [`Reply`].

mod accumulator;
mod delta;
mod message;
mod reply;
mod request;

pub use accumulator::Accumulator;
pub use delta::Delta;
pub use message::{Detail, Image, Message, Part, Role, Source, Thought, ToolCall};
pub use reply::{Finish, Reply, TokenUsage};
pub use request::{
    CacheHints, Effort, OutputSchema, Reasoning, Request, ServiceTier, ToolChoice, ToolSpec,
    Verbosity,
};
