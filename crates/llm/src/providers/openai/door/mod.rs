//! The server side of `/v1/chat/completions`: what OpenAI's clients send and expect.

mod choice;
mod decode;
mod encode;
mod stream;
#[cfg(test)]
mod tests;

pub(in crate::providers) use choice::{Choice, can_be_chosen, choose};
pub use decode::decode;
pub(in crate::providers) use decode::{
    any_object, at_least_one, detail, effort, no_parameters, tier, verbosity, within,
};
pub(in crate::providers) use encode::Details;
pub use encode::{encode, encode_failure};
pub use stream::Stream;
