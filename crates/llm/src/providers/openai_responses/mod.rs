//! OpenAI's `/responses`, also spoken by Azure and llama.cpp.
//!
//! Pure: [`encode`] makes the request's body; [`Decoder`] reads a streamed answer from
//! bytes cut anywhere, [`decode`] one that came in one piece. Nothing is left at the
//! provider: every call carries the whole conversation, sealed thoughts included.
//! [`door`] is the other side of the same dialect.

mod decode;
pub mod door;
mod encode;
mod stream;
#[cfg(test)]
mod tests;
mod wire;
mod wire_out;

pub use decode::decode;
pub use encode::encode;
pub use stream::Responses;

/// Reads a streamed answer.
pub type Decoder = crate::stream::Decoder<Responses>;

/// Where requests go, below the base URL.
pub const RESPONSES_PATH: &str = "responses";

/// The seal of a thought, followed by its id, a colon and the provider's own seal.
const SEAL: &str = "openai:";
