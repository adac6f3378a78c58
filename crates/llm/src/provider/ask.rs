//! Asking for everything but answers.

use serde::{Deserialize, Serialize};

use super::exchange::{to_anthropic, to_azure, to_gemini};
use crate::chat::Request;
use crate::embedding::{EmbedRequest, Embeddings};
use crate::providers::refusal::{decode_error, not_json};
use crate::providers::{anthropic, azure_openai, gemini, ollama, openai, scripted};
use crate::speech::{TranscribeRequest, Transcript};
use crate::transport::Outgoing;
use crate::{Endpoint, Error, Provider, Result, Transport, tokens};

/// How many tokens the model would read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCount {
    /// So many.
    pub input: u64,
    /// Whether we counted, because the provider does not.
    pub estimated: bool,
}

impl Provider {
    /// The names of the models that the provider says it serves; also the cheapest way to
    /// find out whether its address and key are right.
    pub async fn models(&self, transport: &Transport) -> Result<Vec<String>> {
        match self {
            Self::OpenAi(endpoint)
            | Self::OpenAiResponses(endpoint)
            | Self::OpenRouter(endpoint) => {
                let outgoing = Outgoing::get(openai::MODELS_PATH);
                openai::decode_models(&fetch(transport, endpoint, outgoing, "").await?)
            }
            Self::AzureOpenAi { endpoint, api_version } => {
                let path = azure_openai::models_path(endpoint, api_version.as_deref());
                let outgoing = to_azure(Outgoing::get(path));
                openai::decode_models(&fetch(transport, endpoint, outgoing, "").await?)
            }
            Self::Anthropic(endpoint) => {
                let path = endpoint.versioned("v1", anthropic::MODELS_PATH);
                let outgoing = to_anthropic(Outgoing::get(path));
                anthropic::decode_models(&fetch(transport, endpoint, outgoing, "").await?)
            }
            Self::Gemini(endpoint) => {
                let path = endpoint.versioned(gemini::VERSION, gemini::MODELS_PATH);
                let outgoing = to_gemini(Outgoing::get(path));
                gemini::decode_models(&fetch(transport, endpoint, outgoing, "").await?)
            }
            Self::Ollama(endpoint) => {
                let outgoing = Outgoing::get(ollama::path(&endpoint.base_url, "tags"));
                ollama::decode_models(&fetch(transport, endpoint, outgoing, "").await?)
            }
            Self::Scripted(_) => Ok(vec![scripted::MODEL.to_owned()]),
        }
    }

    /// How many tokens the model would read; an estimate where the provider does not count.
    pub async fn count_tokens(
        &self,
        transport: &Transport,
        request: &Request,
    ) -> Result<TokenCount> {
        let (endpoint, outgoing, decode) = match self {
            Self::Anthropic(endpoint) => {
                let path = endpoint.versioned("v1", anthropic::COUNT_PATH);
                let outgoing = Outgoing::post(path, anthropic::encode_count(request)?);
                (endpoint, to_anthropic(outgoing), anthropic::decode_count as fn(&[u8]) -> _)
            }
            Self::Gemini(endpoint) => {
                let path = gemini::path(&request.model, "countTokens");
                let path = endpoint.versioned(gemini::VERSION, &path);
                let outgoing = Outgoing::post(path, gemini::encode_count(request)?);
                (endpoint, to_gemini(outgoing), gemini::decode_count as fn(&[u8]) -> _)
            }
            Self::OpenAi(_)
            | Self::OpenAiResponses(_)
            | Self::AzureOpenAi { .. }
            | Self::OpenRouter(_)
            | Self::Ollama(_)
            | Self::Scripted(_) => {
                return Ok(TokenCount { input: tokens::estimate_input(request), estimated: true });
            }
        };
        let body = fetch(transport, endpoint, outgoing, &request.model).await?;
        Ok(TokenCount { input: decode(&body)?, estimated: false })
    }

    /// Turns texts into vectors.
    pub async fn embed(&self, transport: &Transport, request: &EmbedRequest) -> Result<Embeddings> {
        let model = &request.model;
        match self {
            Self::OpenAi(endpoint)
            | Self::OpenAiResponses(endpoint)
            | Self::OpenRouter(endpoint) => {
                let body = openai::encode_embeddings(request)?;
                let outgoing = Outgoing::post(openai::EMBEDDINGS_PATH, body);
                let body = fetch(transport, endpoint, outgoing, model).await?;
                openai::decode_embeddings(&body, request)
            }
            Self::AzureOpenAi { endpoint, api_version } => {
                let version = api_version.as_deref();
                let path = azure_openai::path(endpoint, version, model, openai::EMBEDDINGS_PATH);
                let outgoing = to_azure(Outgoing::post(path, openai::encode_embeddings(request)?));
                let body = fetch(transport, endpoint, outgoing, model).await?;
                openai::decode_embeddings(&body, request)
            }
            Self::Gemini(endpoint) => {
                let path = gemini::path(model, "batchEmbedContents");
                let path = endpoint.versioned(gemini::VERSION, &path);
                let outgoing = to_gemini(Outgoing::post(path, gemini::encode_embeddings(request)?));
                let body = fetch(transport, endpoint, outgoing, model).await?;
                gemini::decode_embeddings(&body, request)
            }
            Self::Ollama(endpoint) => {
                let body = ollama::encode_embeddings(request)?;
                let outgoing = Outgoing::post(ollama::path(&endpoint.base_url, "embed"), body);
                let body = fetch(transport, endpoint, outgoing, model).await?;
                ollama::decode_embeddings(&body, request)
            }
            Self::Anthropic(_) => Err(self.cannot("embeddings")),
            Self::Scripted(_) => scripted::embed(request),
        }
    }

    /// Writes speech down.
    pub async fn transcribe(
        &self,
        transport: &Transport,
        request: &TranscribeRequest,
    ) -> Result<Transcript> {
        let (endpoint, path, is_azure) = match self {
            Self::OpenAi(endpoint) | Self::OpenAiResponses(endpoint) => {
                (endpoint, openai::TRANSCRIPTIONS_PATH.to_owned(), false)
            }
            Self::AzureOpenAi { endpoint, api_version } => {
                let (version, operation) = (api_version.as_deref(), openai::TRANSCRIPTIONS_PATH);
                (endpoint, azure_openai::path(endpoint, version, &request.model, operation), true)
            }
            Self::Scripted(_) => return Ok(scripted::transcribe(request)),
            Self::OpenRouter(_) | Self::Anthropic(_) | Self::Gemini(_) | Self::Ollama(_) => {
                return Err(self.cannot("transcription"));
            }
        };
        let (media_type, body) = openai::encode_transcription(request);
        let outgoing = Outgoing { media_type: media_type.into(), ..Outgoing::post(path, body) };
        let outgoing = if is_azure { to_azure(outgoing) } else { outgoing };
        let body = fetch(transport, endpoint, outgoing, &request.model).await?;
        openai::decode_transcription(&body, request)
    }

    const fn cannot(&self, operation: &'static str) -> Error {
        Error::Unsupported { provider: self.kind(), operation }
    }
}

/// Sends, and gives the body of an answer that is none of a chat.
async fn fetch(
    transport: &Transport,
    endpoint: &Endpoint,
    outgoing: Outgoing,
    model: &str,
) -> Result<Vec<u8>> {
    let mut answer = transport.send(endpoint, outgoing).await?;
    let body = answer.body.read_all().await?;
    if answer.status != 200 {
        return Err(decode_error(answer.status, answer.retry_after, &body, model));
    }
    if answer.media_type != "application/json" {
        return Err(not_json(&answer.media_type, &body));
    }
    Ok(body)
}
