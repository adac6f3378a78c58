//! Answers that come in one piece.

use super::stream::Responses;
use super::wire::Response;
use crate::Result;
use crate::chat::{Delta, Request};
use crate::providers::refusal::parse;
use crate::stream::Reader;

/// Reads a whole answer, as the pieces in which it could have come.
pub fn decode(body: &[u8], request: &Request) -> Result<Vec<Delta>> {
    let response: Response = parse(body)?;
    let mut deltas = Vec::new();
    Responses::new(request).whole(response, &mut deltas)?;
    Ok(deltas)
}
