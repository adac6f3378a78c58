//! Google's Gemini: `generateContent` and its relatives.
//!
//! Pure: [`encode`] makes the request's body; [`Decoder`] reads a streamed answer from
//! bytes cut anywhere, [`decode`] one that came in one piece. The dialect has no mark for
//! the end of a stream: an answer is complete when it says why it stopped and the bytes
//! end. Its calls need no ids; we make them.

mod decode;
mod encode;
mod other;
mod schema;
mod stream;
#[cfg(test)]
mod tests;
mod wire;
mod wire_out;

pub use decode::decode;
pub use encode::encode;
pub use other::{decode_count, decode_embeddings, decode_models, encode_count, encode_embeddings};
pub use stream::Generated;

use super::path_segment;

/// Reads a streamed answer.
pub type Decoder = crate::stream::Decoder<Generated>;

/// The header of the key.
pub const KEY_HEADER: &str = "x-goog-api-key";
/// The version of the API that is spoken here.
pub const VERSION: &str = "v1beta";
/// Where the list of models is, below the version.
pub const MODELS_PATH: &str = "models?pageSize=1000";

/// The seal of a thought, followed by the provider's own.
const SEAL: &str = "gemini:";

/// Where this operation of this model goes, below the version.
pub fn path(model: &str, operation: &str) -> String {
    let model = model.strip_prefix("models/").unwrap_or(model);
    format!("models/{}:{operation}", path_segment(model))
}
