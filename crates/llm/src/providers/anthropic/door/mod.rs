//! The server side of `/v1/messages` and its `count_tokens`: what Anthropic's clients send
//! and expect.

mod decode;
mod encode;
mod stream;
#[cfg(test)]
mod tests;

pub use decode::{decode, decode_count};
pub use encode::{encode, encode_count, encode_failure, status};
pub use stream::Stream;
