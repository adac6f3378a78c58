//! One call: what a codec wants sent, and how it reads what comes back.

use std::collections::VecDeque;

use futures::stream::{StreamExt, iter, unfold};

use crate::chat::{Delta, Request};
use crate::providers::refusal::{decode_error, not_json};
use crate::providers::{anthropic, azure_openai, gemini, ollama, openai, openai_responses};
use crate::stream::{Decode, Decoder, Reader};
use crate::transport::{Answer, Auth, Body, Outgoing};
use crate::{DeltaStream, Endpoint, Error, Provider, Result, Scripted, Transport};

/// A codec's side of one call.
pub(super) struct Exchange<'a> {
    endpoint: &'a Endpoint,
    outgoing: Outgoing,
    /// Reads an answer that comes in one piece.
    decode: fn(&[u8], &Request) -> Result<Vec<Delta>>,
    /// Reads one that comes in pieces.
    decoder: fn(&Request) -> Box<dyn Decode>,
    /// The media type of pieces.
    streams: &'static str,
}

/// Where an answer comes from.
pub(super) enum Source<'a> {
    Wire(Exchange<'a>),
    Script(&'a Scripted),
}

const EVENTS: &str = "text/event-stream";

fn decoder<R: Reader + 'static>(request: &Request) -> Box<dyn Decode> {
    Box::new(Decoder::<R>::new(request))
}

impl Provider {
    pub(super) fn source(&self, request: &Request, stream: bool) -> Result<Source<'_>> {
        Ok(Source::Wire(match self {
            Self::OpenAi(endpoint) => {
                let dialect = openai::Dialect::of(&endpoint.base_url);
                let body = openai::encode(request, dialect, stream)?;
                let exchange = chat(endpoint, Outgoing::post(openai::CHAT_PATH, body));
                match dialect {
                    openai::Dialect::Recalling => Exchange {
                        decode: openai::decode_recalled,
                        decoder: decoder::<openai::Recalled>,
                        ..exchange
                    },
                    openai::Dialect::OpenAi
                    | openai::Dialect::OpenRouter
                    | openai::Dialect::Compatible => exchange,
                }
            }
            Self::OpenRouter(endpoint) => {
                let body = openai::encode(request, openai::Dialect::OpenRouter, stream)?;
                chat(endpoint, Outgoing::post(openai::CHAT_PATH, body))
            }
            Self::AzureOpenAi { endpoint, api_version } => {
                let version = api_version.as_deref();
                let path = azure_openai::path(endpoint, version, &request.model, openai::CHAT_PATH);
                let body = openai::encode(request, openai::Dialect::OpenAi, stream)?;
                chat(endpoint, to_azure(Outgoing::post(path, body)))
            }
            Self::OpenAiResponses(endpoint) => Exchange {
                endpoint,
                outgoing: Outgoing::post(
                    openai_responses::RESPONSES_PATH,
                    openai_responses::encode(request, stream)?,
                ),
                decode: openai_responses::decode,
                decoder: decoder::<openai_responses::Responses>,
                streams: EVENTS,
            },
            Self::Anthropic(endpoint) => Exchange {
                endpoint,
                outgoing: to_anthropic(Outgoing::post(
                    endpoint.versioned("v1", anthropic::MESSAGES_PATH),
                    anthropic::encode(request, stream)?,
                )),
                decode: anthropic::decode,
                decoder: decoder::<anthropic::Messages>,
                streams: EVENTS,
            },
            Self::Gemini(endpoint) => {
                let operation =
                    if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
                let path = gemini::path(&request.model, operation);
                Exchange {
                    endpoint,
                    outgoing: to_gemini(Outgoing::post(
                        endpoint.versioned(gemini::VERSION, &path),
                        gemini::encode(request)?,
                    )),
                    decode: gemini::decode,
                    decoder: decoder::<gemini::Generated>,
                    streams: EVENTS,
                }
            }
            Self::Ollama(endpoint) => Exchange {
                endpoint,
                outgoing: Outgoing::post(
                    ollama::path(&endpoint.base_url, "chat"),
                    ollama::encode(request, stream)?,
                ),
                decode: ollama::decode,
                decoder: decoder::<ollama::Spoken>,
                streams: ollama::STREAMS,
            },
            Self::Scripted(scripted) => return Ok(Source::Script(scripted)),
        }))
    }
}

fn chat(endpoint: &Endpoint, outgoing: Outgoing) -> Exchange<'_> {
    Exchange {
        endpoint,
        outgoing,
        decode: openai::decode,
        decoder: decoder::<openai::Chat>,
        streams: EVENTS,
    }
}

pub(super) fn to_anthropic(outgoing: Outgoing) -> Outgoing {
    let headers = &[("anthropic-version", anthropic::VERSION)];
    Outgoing { auth: Auth::Header("x-api-key"), headers, ..outgoing }
}

pub(super) fn to_azure(outgoing: Outgoing) -> Outgoing {
    Outgoing { auth: Auth::Header(azure_openai::KEY_HEADER), ..outgoing }
}

pub(super) fn to_gemini(outgoing: Outgoing) -> Outgoing {
    Outgoing { auth: Auth::Header(gemini::KEY_HEADER), ..outgoing }
}

impl Exchange<'_> {
    pub(super) async fn stream(
        self,
        transport: &Transport,
        request: &Request,
    ) -> Result<DeltaStream> {
        let mut answer = transport.send(self.endpoint, self.outgoing).await?;
        match (answer.status, answer.media_type.as_str()) {
            (200, media_type) if media_type == self.streams => {
                Ok(read(answer.body, (self.decoder)(request)))
            }
            // a server that cannot stream answers in one piece
            (200, "application/json") => {
                let deltas = (self.decode)(&answer.body.read_all().await?, request)?;
                Ok(iter(deltas.into_iter().map(|delta| Ok(delta.believable()))).boxed())
            }
            _ => Err(refusal(&mut answer, &request.model).await),
        }
    }

    pub(super) async fn whole(
        self,
        transport: &Transport,
        request: &Request,
    ) -> Result<Vec<Result<Delta>>> {
        let mut answer = transport.send(self.endpoint, self.outgoing).await?;
        match (answer.status, answer.media_type.as_str()) {
            (200, "application/json") => {
                let deltas = (self.decode)(&answer.body.read_all().await?, request)?;
                Ok(deltas.into_iter().map(|delta| Ok(delta.believable())).collect())
            }
            // a server that can only stream does so unasked
            (200, media_type) if media_type == self.streams => {
                Ok(read(answer.body, (self.decoder)(request)).collect().await)
            }
            _ => Err(refusal(&mut answer, &request.model).await),
        }
    }
}

/// Why an answer is none.
async fn refusal(answer: &mut Answer, model: &str) -> Error {
    let body = match answer.body.read_all().await {
        Ok(body) => body,
        // the status alone says enough
        Err(_) if answer.status != 200 => Vec::new(),
        Err(error) => return error,
    };
    if answer.status != 200 {
        return decode_error(answer.status, answer.retry_after, &body, model);
    }
    not_json(&answer.media_type, &body)
}

/// An answer that is being read.
struct Reading {
    body: Body,
    decoder: Box<dyn Decode>,
    /// What was read and not given yet.
    pending: VecDeque<Result<Delta>>,
}

/// Decodes a body as it arrives.
fn read(body: Body, decoder: Box<dyn Decode>) -> DeltaStream {
    // it goes into and out of the stream with each piece, and a response is large
    let reading = Box::new(Reading { body, decoder, pending: VecDeque::new() });
    unfold(reading, |mut reading| async move {
        while reading.pending.is_empty() && !reading.decoder.is_done() {
            let read = match reading.body.chunk().await {
                Ok(Some(bytes)) => reading.decoder.push(&bytes),
                Ok(None) => reading.decoder.end(Error::StreamCut),
                Err(error) => reading.decoder.end(error),
            };
            reading.pending.extend(read.into_iter().map(|delta| delta.map(Delta::believable)));
        }
        let next = reading.pending.pop_front()?;
        Some((next, reading))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::chat::Message;

    #[test]
    fn thoughts_are_sealed_for_those_who_want_them_back() {
        let request = Request::new("m", vec![Message::user("hi")]);
        let said =
            r#""reasoning_content":"hm","tool_calls":[{"id":"a","function":{"name":"now"}}]"#;
        let answer = |field: &str| {
            format!(r#"{{"choices":[{{"{field}":{{{said}}},"finish_reason":"tool_calls"}}]}}"#)
        };
        let check = |url: &str, expected: bool| {
            let provider = Provider::OpenAi(Endpoint::new(url));
            let Ok(Source::Wire(exchange)) = provider.source(&request, false) else {
                panic!("a script")
            };
            let whole = (exchange.decode)(answer("message").as_bytes(), &request).unwrap();
            let stream = format!("data: {}\n\n", answer("delta"));
            let streamed = (exchange.decoder)(&request).push(stream.as_bytes());
            let streamed: Vec<Delta> = streamed.into_iter().map(Result::unwrap).collect();
            for deltas in [whole, streamed] {
                let is_sealed = deltas.iter().any(|delta| matches!(delta, Delta::Seal { .. }));
                assert_eq!(is_sealed, expected, "{url}: {deltas:?}");
            }
        };
        check("https://api.deepseek.com/v1", true);
        check("https://api.moonshot.cn/v1", true);
        check("http://127.0.0.1:8080/v1", false);
    }
}
