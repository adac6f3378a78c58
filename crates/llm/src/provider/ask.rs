//! Asking for everything but answers.

use crate::providers::refusal::decode_error;
use crate::providers::{anthropic, openai, scripted};
use crate::transport::{Auth, Outgoing};
use crate::{Endpoint, Provider, Result, Transport};

impl Provider {
    /// The names of the models that the provider says it serves; also the cheapest way to
    /// find out whether its address and key are right.
    pub async fn models(&self, transport: &Transport) -> Result<Vec<String>> {
        match self {
            Self::OpenAi(endpoint) => {
                let outgoing = Outgoing::get(openai::MODELS_PATH);
                openai::decode_models(&fetch(transport, endpoint, outgoing, "").await?)
            }
            Self::Anthropic(endpoint) => {
                let path = endpoint.versioned("v1", anthropic::MODELS_PATH);
                let outgoing = to_anthropic(Outgoing::get(path));
                anthropic::decode_models(&fetch(transport, endpoint, outgoing, "").await?)
            }
            Self::Scripted(_) => Ok(vec![scripted::MODEL.to_owned()]),
        }
    }
}

fn to_anthropic(outgoing: Outgoing) -> Outgoing {
    let headers = &[("anthropic-version", anthropic::VERSION)];
    Outgoing { auth: Auth::Header("x-api-key"), headers, ..outgoing }
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
    Ok(body)
}
