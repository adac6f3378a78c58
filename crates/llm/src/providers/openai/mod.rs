//! The dialect of OpenAI's `/chat/completions`, which most providers speak: OpenAI, Azure,
//! llama.cpp, vLLM, Ollama, LM Studio, OpenRouter, Groq, DeepSeek, Mistral …
//!
//! Pure: [`encode`] makes the request's body; [`Decoder`] reads a streamed answer from
//! bytes cut anywhere, [`decode`] one that came in one piece; [`decode_error`] reads
//! refusals. What the dialects disagree on is tolerated when reading and avoided when
//! writing.

mod decode;
mod encode;
mod refusal;
mod stream;
#[cfg(test)]
mod tests;
mod wire;

pub use decode::{decode, decode_models};
pub use encode::{Dialect, encode};
pub use refusal::{decode_error, snippet};
pub use stream::Decoder;

/// Where chats go, below the base URL.
pub const CHAT_PATH: &str = "chat/completions";
/// Where the list of models is, below the base URL.
pub const MODELS_PATH: &str = "models";
