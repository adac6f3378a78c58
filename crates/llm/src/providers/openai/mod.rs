//! The dialect of OpenAI's `/chat/completions`, which most providers speak: OpenAI, Azure,
//! llama.cpp, vLLM, Ollama, LM Studio, OpenRouter, Groq, DeepSeek, Mistral …
//!
//! Pure: [`encode`] makes the request's body; [`Decoder`] reads a streamed answer from
//! bytes cut anywhere, [`decode`] one that came in one piece. What the dialects disagree
//! on is tolerated when reading and avoided when writing. [`door`] is the other side of
//! the same dialect.

mod decode;
pub mod door;
mod embed;
mod encode;
mod speech;
mod stream;
#[cfg(test)]
mod tests;
mod wire;
mod wire_out;

pub use decode::{decode, decode_models, decode_recalled};
pub use embed::{decode_embeddings, encode_embeddings};
pub use encode::{Dialect, encode};
pub(in crate::providers) use encode::{
    allows_strict, asks_any_object, effort_word, is_strict, misplaced, schema_name, tier_word,
    verbosity_word, words,
};
pub use speech::{decode_transcription, encode_transcription};
pub use stream::{Chat, Recalled};

use crate::chat::{Message, Role};

/// Reads a streamed answer.
pub type Decoder = crate::stream::Decoder<Chat>;

/// What stands for the seal of a thought in this dialect, which has none: it is read as it is.
const SEAL: &str = "chat:";

/// Whether a message is of the same turn as the one before it: the user begins each.
fn is_of_turn(_before: &Message, message: &Message) -> bool {
    message.role != Role::User
}

/// Where chats go, below the base URL.
pub const CHAT_PATH: &str = "chat/completions";
/// Where embeddings are made, below the base URL.
pub const EMBEDDINGS_PATH: &str = "embeddings";
/// Where speech is written down, below the base URL.
pub const TRANSCRIPTIONS_PATH: &str = "audio/transcriptions";
/// Where the list of models is, below the base URL.
pub const MODELS_PATH: &str = "models";
