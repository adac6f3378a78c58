//! Embeddings, as most providers serve them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::chat::TokenUsage;
use crate::embedding::{EmbedInput, EmbedRequest, Embeddings};
use crate::providers::json_body;
use crate::providers::refusal::parse;
use crate::{Error, Result, tokens};

/// The body that asks for embeddings, as numbers: not every server knows base64.
pub fn encode_embeddings(request: &EmbedRequest) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Body<'a> {
        model: &'a str,
        input: Input<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        dimensions: Option<u32>,
        encoding_format: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<&'a str>,
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Input<'a> {
        Texts(&'a [String]),
        Tokens(&'a [Vec<u32>]),
    }
    json_body(&Body {
        model: &request.model,
        input: match &request.input {
            EmbedInput::Texts(texts) => Input::Texts(texts),
            EmbedInput::Tokens(tokens) => Input::Tokens(tokens),
        },
        dimensions: request.dimensions,
        encoding_format: "float",
        user: request.user.as_deref(),
    })
}

/// Reads embeddings, as numbers or base64, in whatever order they come.
pub fn decode_embeddings(bytes: &[u8], request: &EmbedRequest) -> Result<Embeddings> {
    #[derive(Deserialize)]
    struct Body {
        model: Option<String>,
        data: Vec<One>,
        usage: Option<Usage>,
    }
    #[derive(Deserialize)]
    struct One {
        index: Option<usize>,
        embedding: Vector,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Vector {
        Numbers(Vec<f32>),
        Base64(String),
    }
    #[derive(Deserialize)]
    struct Usage {
        prompt_tokens: Option<u64>,
    }
    let mut body: Body = parse(bytes)?;
    body.data.sort_by_key(|one| one.index.unwrap_or(usize::MAX));
    let vectors = body.data.into_iter().map(|one| match one.embedding {
        Vector::Numbers(numbers) => Ok(numbers),
        Vector::Base64(text) => from_base64(&text),
    });
    let vectors = vectors.collect::<Result<_>>()?;
    let counted = body.usage.and_then(|usage| usage.prompt_tokens).filter(|tokens| *tokens > 0);
    let usage = TokenUsage {
        input: counted.unwrap_or_else(|| tokens::estimate_embedding(request)),
        estimated: counted.is_none(),
        ..TokenUsage::default()
    };
    let model = body.model.unwrap_or_else(|| request.model.clone());
    Embeddings::checked(model, vectors, request, usage)
}

fn from_base64(text: &str) -> Result<Vec<f32>> {
    let bytes = STANDARD
        .decode(text)
        .map_err(|error| Error::invalid_reply(format!("a vector is not base64: {error}")))?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Error::invalid_reply("a vector in base64 ends within a number"));
    }
    Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}
