//! A configured provider and the one way to call it.
//!
//! `call.rs` asks for answers; `ask.rs` has everything else that can be asked, such as the
//! list of models. What is sent and how it is read is the codecs' business.

mod ask;
mod call;
mod cancel;

use futures::stream::BoxStream;

use crate::chat::Delta;
use crate::{Endpoint, Result, Scripted};

pub use cancel::cancel_on;

/// The pieces of an answer. It ends with [`Delta::Finish`] or with the first error; a
/// stream that ends in any other way does not happen. Dropping it cancels the call.
pub type DeltaStream = BoxStream<'static, Result<Delta>>;

/// Something that serves models.
#[derive(Debug, Clone)]
pub enum Provider {
    /// Anything that speaks OpenAI's `/chat/completions`.
    OpenAi(Endpoint),
    /// Anything that speaks Anthropic's `/v1/messages`.
    Anthropic(Endpoint),
    /// Canned answers from a script; no network.
    Scripted(Scripted),
}

impl Provider {
    /// The word for its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::OpenAi(_) => "openai",
            Self::Anthropic(_) => "anthropic",
            Self::Scripted(_) => "scripted",
        }
    }
}
