//! The server side of OpenAI's `/v1/embeddings`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{FieldError, json, read};
use crate::embedding::{EmbedInput, EmbedRequest, Embeddings};

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The request; its model is what the client called it.
    pub request: EmbedRequest,
    /// Whether the client wants vectors as base64, as OpenAI's own clients do.
    pub base64: bool,
}

#[derive(Deserialize)]
struct Body {
    model: String,
    input: Input,
    dimensions: Option<u32>,
    encoding_format: Option<String>,
    user: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Tokens(Vec<u32>),
    Batch(Vec<Vec<u32>>),
}

/// Reads a client's request.
pub fn decode(body: &[u8]) -> Result<Asked, FieldError> {
    let body: Body = read(body).map_err(|error| match error.field.as_deref() {
        Some("input") => FieldError::new("input", "it must be a text or a list of texts or tokens"),
        _ => error,
    })?;
    if body.model.is_empty() {
        return Err(FieldError::new("model", "name the model to ask"));
    }
    let input = match body.input {
        Input::Text(text) => EmbedInput::Texts(vec![text]),
        Input::Texts(texts) => EmbedInput::Texts(texts),
        Input::Tokens(tokens) => EmbedInput::Tokens(vec![tokens]),
        Input::Batch(batch) => EmbedInput::Tokens(batch),
    };
    if input.is_empty() {
        return Err(FieldError::new("input", "send at least one text"));
    }
    if body.dimensions == Some(0) {
        return Err(FieldError::new("dimensions", "it must be at least 1"));
    }
    let base64 = match body.encoding_format.as_deref() {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => {
            let message = format!("\"{other}\" is unknown; use float or base64");
            return Err(FieldError::new("encoding_format", message));
        }
    };
    let (dimensions, user) = (body.dimensions, body.user);
    Ok(Asked { request: EmbedRequest { model: body.model, input, dimensions, user }, base64 })
}

/// Writes the vectors; `model` is the name that the client used.
pub fn encode(embeddings: &Embeddings, model: &str, base64: bool) -> Vec<u8> {
    #[derive(Serialize)]
    struct List<'a> {
        object: &'static str,
        data: Vec<One<'a>>,
        model: &'a str,
        usage: Usage,
    }
    #[derive(Serialize)]
    struct One<'a> {
        object: &'static str,
        index: usize,
        embedding: Vector<'a>,
    }
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Vector<'a> {
        Numbers(&'a [f32]),
        Base64(String),
    }
    #[derive(Serialize)]
    struct Usage {
        prompt_tokens: u64,
        total_tokens: u64,
    }
    let data = embeddings.vectors.iter().enumerate().map(|(index, vector)| One {
        object: "embedding",
        index,
        embedding: if base64 {
            let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
            Vector::Base64(STANDARD.encode(bytes))
        } else {
            Vector::Numbers(vector)
        },
    });
    let tokens = embeddings.usage.input;
    json(&List {
        object: "list",
        data: data.collect(),
        model,
        usage: Usage { prompt_tokens: tokens, total_tokens: tokens },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::TokenUsage;
    use crate::providers::openai::{decode_embeddings, encode_embeddings};

    #[test]
    fn requests_are_read_in_all_their_forms() {
        let check = |input: &str, expected: EmbedInput| {
            let body = format!("{{\"model\":\"m\",\"input\":{input}}}");
            assert_eq!(decode(body.as_bytes()).unwrap().request.input, expected);
        };
        check("\"a\"", EmbedInput::Texts(vec!["a".into()]));
        check("[\"a\",\"b\"]", EmbedInput::Texts(vec!["a".into(), "b".into()]));
        check("[1,2]", EmbedInput::Tokens(vec![vec![1, 2]]));
        check("[[1],[2,3]]", EmbedInput::Tokens(vec![vec![1], vec![2, 3]]));
        let refuse = |body: &str, field: &str| {
            assert_eq!(decode(body.as_bytes()).unwrap_err().field.as_deref(), Some(field));
        };
        refuse("{\"model\":\"m\",\"input\":[]}", "input");
        refuse("{\"model\":\"m\",\"input\":{}}", "input");
        refuse("{\"model\":\"\",\"input\":\"a\"}", "model");
        refuse("{\"model\":\"m\",\"input\":\"a\",\"encoding_format\":\"x\"}", "encoding_format");
        refuse("{\"model\":\"m\",\"input\":\"a\",\"dimensions\":0}", "dimensions");
    }

    #[test]
    fn a_client_reads_the_same_vectors_in_both_forms() {
        let asked = decode(br#"{"model":"m","input":["a","b"],"dimensions":2}"#).unwrap();
        let sent = encode_embeddings(&asked.request).unwrap();
        assert_eq!(decode(&sent).unwrap(), asked);
        let usage = TokenUsage { input: 4, ..TokenUsage::default() };
        let vectors = vec![vec![0.25, -1.5], vec![1e-7, 3.0]];
        let embeddings = Embeddings { model: "m".into(), vectors, usage };
        for base64 in [false, true] {
            let body = encode(&embeddings, "m", base64);
            assert_eq!(decode_embeddings(&body, &asked.request), Ok(embeddings.clone()));
        }
        let one = br#"{"data":[{"embedding":[1]}]}"#;
        assert_eq!(decode_embeddings(one, &asked.request).unwrap_err().code(), "invalid_reply");
        let swapped =
            br#"{"data":[{"index":1,"embedding":[1]},{"index":0,"embedding":"AACAPw=="}]}"#;
        let got = decode_embeddings(swapped, &asked.request).unwrap();
        assert_eq!(got.vectors, [[1.0], [1.0]]);
        assert!(got.usage.estimated);
        for broken in ["AA==", "?"] {
            let body = format!("{{\"data\":[{{\"embedding\":\"{broken}\"}}]}}");
            let error = decode_embeddings(body.as_bytes(), &asked.request).unwrap_err();
            assert_eq!(error.code(), "invalid_reply");
        }
    }
}
