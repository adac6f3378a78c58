//! Asking for an answer.

use std::collections::VecDeque;

use futures::stream::{StreamExt, iter, unfold};

use crate::chat::{Accumulator, Delta, Reply, Request};
use crate::providers::refusal::{decode_error, snippet};
use crate::providers::{anthropic, openai};
use crate::stream::{Decode, Decoder};
use crate::transport::{Answer, Auth, Body, Outgoing};
use crate::{DeltaStream, Endpoint, Error, Provider, Result, Scripted, Transport};

/// A codec's side of one call.
struct Exchange<'a> {
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
enum Source<'a> {
    Wire(Exchange<'a>),
    Script(&'a Scripted),
}

const EVENTS: &str = "text/event-stream";

impl Provider {
    /// Asks and gives the answer as it comes. Nothing is retried.
    pub async fn stream(&self, transport: &Transport, request: Request) -> Result<DeltaStream> {
        match self.source(&request, true)? {
            Source::Script(scripted) => scripted.stream(&request).await,
            Source::Wire(exchange) => exchange.stream(transport, &request).await,
        }
    }

    /// Asks for a stream and waits for its end. A long answer keeps the line alive, so that
    /// only silence runs into a timeout.
    pub async fn complete(&self, transport: &Transport, request: Request) -> Result<Reply> {
        let mut deltas = self.stream(transport, request).await?;
        let mut accumulator = Accumulator::default();
        while let Some(delta) = deltas.next().await {
            accumulator.push(delta?)?;
        }
        accumulator.finish()
    }

    /// Asks for the answer in one piece: less work than a stream for both sides, and silent
    /// until the model is done.
    pub async fn complete_at_once(
        &self,
        transport: &Transport,
        request: &Request,
    ) -> Result<Reply> {
        let deltas = match self.source(request, false)? {
            Source::Script(scripted) => scripted.stream(request).await?.collect().await,
            Source::Wire(exchange) => exchange.whole(transport, request).await?,
        };
        let mut accumulator = Accumulator::default();
        for delta in deltas {
            accumulator.push(delta?)?;
        }
        accumulator.finish()
    }

    fn source(&self, request: &Request, stream: bool) -> Result<Source<'_>> {
        Ok(Source::Wire(match self {
            Self::OpenAi(endpoint) => {
                let dialect = openai::Dialect::of(&endpoint.base_url);
                let body = openai::encode(request, dialect, stream)?;
                Exchange {
                    endpoint,
                    outgoing: Outgoing::post(openai::CHAT_PATH, body),
                    decode: openai::decode,
                    decoder: |request| Box::new(Decoder::<openai::Chat>::new(request)),
                    streams: EVENTS,
                }
            }
            Self::Anthropic(endpoint) => Exchange {
                endpoint,
                outgoing: Outgoing {
                    auth: Auth::Header("x-api-key"),
                    headers: &[("anthropic-version", anthropic::VERSION)],
                    ..Outgoing::post(
                        endpoint.versioned("v1", anthropic::MESSAGES_PATH),
                        anthropic::encode(request, stream)?,
                    )
                },
                decode: anthropic::decode,
                decoder: |request| Box::new(Decoder::<anthropic::Messages>::new(request)),
                streams: EVENTS,
            },
            Self::Scripted(scripted) => return Ok(Source::Script(scripted)),
        }))
    }
}

impl Exchange<'_> {
    async fn stream(self, transport: &Transport, request: &Request) -> Result<DeltaStream> {
        let mut answer = transport.send(self.endpoint, self.outgoing).await?;
        match (answer.status, answer.media_type.as_str()) {
            (200, media_type) if media_type == self.streams => {
                Ok(read(answer.body, (self.decoder)(request)))
            }
            // a server that cannot stream answers in one piece
            (200, "application/json") => {
                let deltas = (self.decode)(&answer.body.read_all().await?, request)?;
                Ok(iter(deltas.into_iter().map(Ok)).boxed())
            }
            _ => Err(refusal(&mut answer, &request.model).await),
        }
    }

    async fn whole(self, transport: &Transport, request: &Request) -> Result<Vec<Result<Delta>>> {
        let mut answer = transport.send(self.endpoint, self.outgoing).await?;
        match (answer.status, answer.media_type.as_str()) {
            (200, "application/json") => {
                let deltas = (self.decode)(&answer.body.read_all().await?, request)?;
                Ok(deltas.into_iter().map(Ok).collect())
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
pub(super) async fn refusal(answer: &mut Answer, model: &str) -> Error {
    let body = match answer.body.read_all().await {
        Ok(body) => body,
        // the status alone says enough
        Err(_) if answer.status != 200 => Vec::new(),
        Err(error) => return error,
    };
    if answer.status != 200 {
        return decode_error(answer.status, answer.retry_after, &body, model);
    }
    let message = format!(
        "it is \"{}\" and not a chat answer, is the base URL right? it begins: {}",
        answer.media_type,
        snippet(&body)
    );
    Error::invalid_reply(message)
}

/// Decodes a body as it arrives.
fn read(body: Body, decoder: Box<dyn Decode>) -> DeltaStream {
    let state = (body, decoder, VecDeque::new());
    unfold(state, |(mut body, mut decoder, mut pending)| async move {
        while pending.is_empty() && !decoder.is_done() {
            match body.chunk().await {
                Ok(Some(bytes)) => pending.extend(decoder.push(&bytes)),
                Ok(None) => pending.extend(decoder.end(Error::StreamCut)),
                Err(error) => pending.extend(decoder.end(error)),
            }
        }
        let next = pending.pop_front()?;
        Some((next, (body, decoder, pending)))
    })
    .boxed()
}
