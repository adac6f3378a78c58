//! Models, counts of tokens and embeddings.

use serde::{Deserialize, Serialize};

use super::encode::{body, resource};
use super::wire_out::{Body, Content, Piece};
use crate::Result;
use crate::chat::{Request, TokenUsage};
use crate::embedding::{EmbedInput, EmbedRequest, Embeddings};
use crate::providers::json_body;
use crate::providers::refusal::parse;
use crate::{Error, tokens};

/// Reads the names in a list of models, without those that cannot hold a conversation.
pub fn decode_models(bytes: &[u8]) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct List {
        #[serde(default)]
        models: Vec<Model>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Model {
        name: String,
        supported_generation_methods: Option<Vec<String>>,
    }
    let serves = |model: &Model| {
        model.supported_generation_methods.as_ref().is_none_or(|methods| {
            methods.iter().any(|method| method == "generateContent" || method == "embedContent")
        })
    };
    let list: List = parse(bytes)?;
    let names =
        list.models.into_iter().filter(serves).map(|model| {
            model.name.strip_prefix("models/").map(str::to_owned).unwrap_or(model.name)
        });
    Ok(names.collect())
}

/// The body that asks how many tokens the request has.
pub fn encode_count(request: &Request) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Count<'a> {
        generate_content_request: Body<'a>,
    }
    let generate_content_request =
        Body { model: Some(resource(&request.model)), generation_config: None, ..body(request)? };
    json_body(&Count { generate_content_request })
}

/// Reads a count of tokens.
pub fn decode_count(bytes: &[u8]) -> Result<u64> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Count {
        total_tokens: u64,
    }
    Ok(parse::<Count>(bytes)?.total_tokens)
}

/// The body that asks for embeddings.
pub fn encode_embeddings(request: &EmbedRequest) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Batch<'a> {
        requests: Vec<One<'a>>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct One<'a> {
        model: String,
        content: Content<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        output_dimensionality: Option<u32>,
    }
    let EmbedInput::Texts(texts) = &request.input else {
        return Err(Error::Unsupported { provider: "gemini", operation: "embeddings of tokens" });
    };
    let requests = texts.iter().map(|text| One {
        model: resource(&request.model),
        content: Content {
            role: None,
            parts: vec![Piece { text: Some(text), ..Piece::default() }],
        },
        output_dimensionality: request.dimensions,
    });
    json_body(&Batch { requests: requests.collect() })
}

/// Reads embeddings. The provider does not say what was used.
pub fn decode_embeddings(bytes: &[u8], request: &EmbedRequest) -> Result<Embeddings> {
    #[derive(Deserialize)]
    struct Batch {
        embeddings: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        values: Vec<f32>,
    }
    let batch: Batch = parse(bytes)?;
    let vectors = batch.embeddings.into_iter().map(|one| one.values).collect();
    let usage = TokenUsage {
        input: tokens::estimate_embedding(request),
        estimated: true,
        ..TokenUsage::default()
    };
    Embeddings::checked(request.model.clone(), vectors, request, usage)
}
