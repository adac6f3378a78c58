//! Answers that come in one piece.

use serde::Deserialize;

use super::stream::Messages;
use super::wire::Message;
use crate::Result;
use crate::chat::{Delta, Request};
use crate::providers::refusal::parse;
use crate::stream::Reader;

/// Reads a whole answer, as the pieces in which it could have come.
pub fn decode(body: &[u8], request: &Request) -> Result<Vec<Delta>> {
    let message: Message = parse(body)?;
    let mut deltas = Vec::new();
    Messages::new(request).whole(message, &mut deltas)?;
    Ok(deltas)
}

/// Reads a count of tokens.
pub fn decode_count(body: &[u8]) -> Result<u64> {
    #[derive(Deserialize)]
    struct Count {
        input_tokens: u64,
    }
    Ok(parse::<Count>(body)?.input_tokens)
}

/// Reads the names in a list of models.
pub fn decode_models(body: &[u8]) -> Result<Vec<String>> {
    crate::providers::openai::decode_models(body)
}
