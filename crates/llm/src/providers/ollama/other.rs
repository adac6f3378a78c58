//! Models and embeddings.

use serde::{Deserialize, Serialize};

use crate::chat::TokenUsage;
use crate::embedding::{EmbedInput, EmbedRequest, Embeddings};
use crate::providers::json_body;
use crate::providers::refusal::parse;
use crate::{Error, Result, tokens};

/// Reads the names in a list of models.
pub fn decode_models(bytes: &[u8]) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct List {
        models: Vec<Model>,
    }
    #[derive(Deserialize)]
    struct Model {
        name: String,
    }
    Ok(parse::<List>(bytes)?.models.into_iter().map(|model| model.name).collect())
}

/// The body that asks for embeddings.
pub fn encode_embeddings(request: &EmbedRequest) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Body<'a> {
        model: &'a str,
        input: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        dimensions: Option<u32>,
    }
    let EmbedInput::Texts(input) = &request.input else {
        return Err(Error::Unsupported { provider: "ollama", operation: "embeddings of tokens" });
    };
    json_body(&Body { model: &request.model, input, dimensions: request.dimensions })
}

/// Reads embeddings.
pub fn decode_embeddings(bytes: &[u8], request: &EmbedRequest) -> Result<Embeddings> {
    #[derive(Deserialize)]
    struct Body {
        model: Option<String>,
        embeddings: Vec<Vec<f32>>,
        prompt_eval_count: Option<u64>,
    }
    let body: Body = parse(bytes)?;
    let usage = TokenUsage {
        input: body.prompt_eval_count.unwrap_or_else(|| tokens::estimate_embedding(request)),
        estimated: body.prompt_eval_count.is_none(),
        ..TokenUsage::default()
    };
    let model = body.model.unwrap_or_else(|| request.model.clone());
    Embeddings::checked(model, body.embeddings, request, usage)
}
