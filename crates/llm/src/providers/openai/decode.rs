//! Answers that come in one piece.

use serde::Deserialize;

use super::stream::{Chat, Recalled};
use super::wire::Chunk;
use crate::Result;
use crate::chat::{Delta, Request};
use crate::providers::refusal::parse;
use crate::stream::Reader;

/// Reads a whole answer, as the pieces in which it could have come.
pub fn decode(body: &[u8], request: &Request) -> Result<Vec<Delta>> {
    whole(body, Chat::new(request))
}

/// Reads one of a server that wants its thoughts back.
pub fn decode_recalled(body: &[u8], request: &Request) -> Result<Vec<Delta>> {
    let Recalled(decoder) = Recalled::new(request);
    whole(body, decoder)
}

fn whole(body: &[u8], mut decoder: Chat) -> Result<Vec<Delta>> {
    let chunk: Chunk = parse(body)?;
    let mut deltas = Vec::new();
    decoder.push_chunk(chunk, &mut deltas)?;
    deltas.extend(decoder.last_deltas()?);
    Ok(deltas)
}

/// Reads the names in a list of models.
pub fn decode_models(body: &[u8]) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct List {
        data: Vec<Model>,
    }
    #[derive(Deserialize)]
    struct Model {
        id: String,
    }
    let list: List = parse(body)?;
    Ok(list.data.into_iter().map(|model| model.id).collect())
}
