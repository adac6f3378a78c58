//! The server side of `/v1/responses`: what OpenAI's newer clients send and expect.

mod decode;
mod encode;
mod stream;
#[cfg(test)]
mod tests;

pub use decode::decode;
pub use encode::encode;
pub use stream::Stream;

/// Errors outside of streams are described as at all of OpenAI's addresses.
pub use crate::providers::openai::door::encode_failure;
