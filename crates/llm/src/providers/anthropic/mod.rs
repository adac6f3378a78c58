//! Anthropic's messages API, also spoken by llama.cpp, Bedrock's and Vertex' gateways.
//!
//! Pure: [`encode`] makes the request's body; [`Decoder`] reads a streamed answer from
//! bytes cut anywhere, [`decode`] one that came in one piece. An answer of a demanded
//! shape is asked for as the input of a tool that nobody but this codec sees
//! (`providers/answer.rs`). [`door`] is the other side of the same dialect.

mod decode;
pub mod door;
mod encode;
mod stream;
#[cfg(test)]
mod tests;
mod wire;
mod wire_out;

pub use decode::{decode, decode_count, decode_models};
pub use encode::{encode, encode_count};
pub use stream::Messages;

/// Reads a streamed answer.
pub type Decoder = crate::stream::Decoder<Messages>;

/// Where messages go, below the base URL and its version.
pub const MESSAGES_PATH: &str = "messages";
/// Where tokens are counted.
pub const COUNT_PATH: &str = "messages/count_tokens";
/// Where the list of models is.
pub const MODELS_PATH: &str = "models?limit=1000";
/// The version of the API that is spoken here.
pub const VERSION: &str = "2023-06-01";

/// The seal of a thought that can be read.
const SEAL: &str = "anthropic:";
/// The seal of a thought that the provider hides altogether.
const REDACTED_SEAL: &str = "anthropic-redacted:";
