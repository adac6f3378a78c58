//! Every way of talking to a language model: one canonical chat shape, a pure codec
//! for each provider, streaming, usage, prices, and one transport.
//!
//! Start with [`chat`] for the shape and [`Provider`] for making a call. A codec (a
//! folder of `providers/`) turns a [`chat::Request`] into bytes and bytes into
//! [`chat::Delta`]s without doing IO; only `transport.rs` opens a socket,
//! and `tls.rs` says whom it trusts. `written/` does what a server leaves undone. [`door`] is the other side: what outside clients send
//! and expect in the dialects of the best known providers.

pub mod chat;
mod denial;
pub mod door;
pub mod embedding;
mod endpoint;
mod error;
mod most;
pub mod price;
mod provider;
pub mod providers;
pub mod speech;
mod sse;
pub mod stream;
#[cfg(test)]
mod testing;
mod tls;
pub mod tokens;
mod transport;
mod written;

pub use denial::Denial;
pub use endpoint::Endpoint;
pub use error::{Error, Phase, Result};
pub use most::{ProviderKind, most_output};
pub use provider::{DeltaStream, Provider, TokenCount, cancel_on};
pub use providers::scripted::Scripted;
pub use tls::client_builder;
pub use transport::{MAX_ANSWER_BYTES, Timeouts, Transport};
pub use written::{Abilities, Schemas, ToolCalls};
