//! A configured provider and the one way to call it.
//!
//! `call.rs` asks for answers; `ask.rs` has everything else that can be asked, such as the
//! list of models. `exchange.rs` brings a codec and the transport together; what is sent
//! and how it is read is the codecs' business.

mod ask;
mod call;
mod cancel;
mod exchange;

use futures::stream::BoxStream;

use crate::chat::Delta;
use crate::{Endpoint, Result, Scripted};

pub use ask::TokenCount;
pub use cancel::cancel_on;

/// The pieces of an answer. It ends with [`Delta::Finish`] or with the first error; a
/// stream that ends in any other way does not happen. Dropping it cancels the call.
pub type DeltaStream = BoxStream<'static, Result<Delta>>;

/// Something that serves models. A base URL may, but need not, end with the version of the
/// API where the kind of provider has one in its addresses.
#[derive(Debug, Clone)]
pub enum Provider {
    /// Anything that speaks OpenAI's `/chat/completions`.
    OpenAi(Endpoint),
    /// Anything that speaks OpenAI's `/responses`.
    OpenAiResponses(Endpoint),
    /// OpenAI's models at Azure.
    AzureOpenAi {
        /// The resource, such as `https://name.openai.azure.com`.
        endpoint: Endpoint,
        /// The version of the API, such as `2024-10-21`; without one the newer addresses
        /// that have none are used.
        api_version: Option<String>,
    },
    /// OpenRouter, which states what each call cost.
    OpenRouter(Endpoint),
    /// Anything that speaks Anthropic's `/v1/messages`.
    Anthropic(Endpoint),
    /// Google's Gemini.
    Gemini(Endpoint),
    /// Ollama's own API.
    Ollama(Endpoint),
    /// Canned answers from a script; no network.
    Scripted(Scripted),
}

impl Provider {
    /// The word for its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::OpenAi(_) => "openai",
            Self::OpenAiResponses(_) => "openai_responses",
            Self::AzureOpenAi { .. } => "azure_openai",
            Self::OpenRouter(_) => "openrouter",
            Self::Anthropic(_) => "anthropic",
            Self::Gemini(_) => "gemini",
            Self::Ollama(_) => "ollama",
            Self::Scripted(_) => "scripted",
        }
    }

    /// Where it is; nowhere for a script.
    pub const fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::OpenAi(endpoint)
            | Self::OpenAiResponses(endpoint)
            | Self::AzureOpenAi { endpoint, .. }
            | Self::OpenRouter(endpoint)
            | Self::Anthropic(endpoint)
            | Self::Gemini(endpoint)
            | Self::Ollama(endpoint) => Some(endpoint),
            Self::Scripted(_) => None,
        }
    }
}
