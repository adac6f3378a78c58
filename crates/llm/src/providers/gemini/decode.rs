//! Answers that come in one piece.

use super::stream::Generated;
use super::wire::Chunk;
use crate::Result;
use crate::chat::{Delta, Request};
use crate::providers::refusal::parse;
use crate::stream::Reader;

/// Reads a whole answer, as the pieces in which it could have come.
pub fn decode(body: &[u8], request: &Request) -> Result<Vec<Delta>> {
    let chunk: Chunk = parse(body)?;
    let mut reader = Generated::new(request);
    let mut deltas = Vec::new();
    reader.push_chunk(chunk, &mut deltas)?;
    deltas.extend(reader.last_deltas()?);
    Ok(deltas)
}
