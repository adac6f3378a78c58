//! Ollama's own API: `/api/chat` and its relatives, streamed as lines.
//!
//! Pure: [`encode`] makes the request's body; [`Decoder`] reads a streamed answer from
//! bytes cut anywhere, [`decode`] one that came in one piece. The dialect has no ids for
//! calls; we make them. Pictures must be in the request: the server fetches nothing.

mod encode;
mod other;
mod stream;
#[cfg(test)]
mod tests;
mod wire;

pub use encode::encode;
pub use other::{decode_embeddings, decode_models, encode_embeddings};
pub use stream::{Spoken, decode};

/// Reads a streamed answer.
pub type Decoder = crate::stream::Decoder<Spoken>;

/// The media type of a streamed answer.
pub const STREAMS: &str = "application/x-ndjson";

/// Where this operation goes, below the base URL, which may name `api` or the address for
/// OpenAI's dialect already.
pub fn path(base_url: &str, operation: &str) -> String {
    let base = base_url.trim_end_matches('/');
    if base.ends_with("/api") {
        operation.to_owned()
    } else if base.ends_with("/v1") {
        format!("../api/{operation}")
    } else {
        format!("api/{operation}")
    }
}
