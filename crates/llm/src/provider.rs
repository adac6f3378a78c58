//! A configured provider and the one way to call it.

use std::collections::VecDeque;

use futures::stream::{BoxStream, StreamExt, unfold};
use reqwest::Method;

use crate::chat::{Accumulator, Delta, Reply, Request};
use crate::providers::openai;
use crate::transport::{Answer, Body, Outgoing};
use crate::{Endpoint, Error, Result, Scripted, Transport};

/// The pieces of an answer. It ends with [`Delta::Finish`] or with the first error; a
/// stream that ends in any other way does not happen. Dropping it cancels the call.
pub type DeltaStream = BoxStream<'static, Result<Delta>>;

/// Something that serves models.
#[derive(Debug, Clone)]
pub enum Provider {
    /// Anything that speaks OpenAI's `/chat/completions`.
    OpenAi(Endpoint),
    /// Canned answers from a script; no network.
    Scripted(Scripted),
}

impl Provider {
    /// Asks and gives the answer as it comes. Nothing is retried.
    pub async fn stream(&self, transport: &Transport, request: Request) -> Result<DeltaStream> {
        match self {
            Self::OpenAi(endpoint) => stream_openai(endpoint, transport, &request).await,
            Self::Scripted(scripted) => scripted.stream(&request).await,
        }
    }

    /// Asks and waits for the whole answer.
    pub async fn complete(&self, transport: &Transport, request: Request) -> Result<Reply> {
        let mut deltas = self.stream(transport, request).await?;
        let mut accumulator = Accumulator::default();
        while let Some(delta) = deltas.next().await {
            accumulator.push(delta?)?;
        }
        accumulator.finish()
    }

    /// The names of the models that the provider says it serves; also the cheapest way to
    /// find out whether its address and key are right.
    pub async fn models(&self, transport: &Transport) -> Result<Vec<String>> {
        match self {
            Self::OpenAi(endpoint) => {
                let outgoing =
                    Outgoing { method: Method::GET, path: openai::MODELS_PATH, body: Vec::new() };
                let mut answer = transport.send(endpoint, outgoing).await?;
                let body = answer.body.read_all().await?;
                if answer.status != 200 {
                    return Err(openai::decode_error(answer.status, answer.retry_after, &body, ""));
                }
                openai::decode_models(&body)
            }
            Self::Scripted(_) => Ok(vec![crate::providers::scripted::MODEL.to_owned()]),
        }
    }
}

/// The same stream, ended with [`Error::Cancelled`] (and its connection closed) as soon as
/// `cancelled` completes.
pub fn cancel_on(
    deltas: DeltaStream,
    cancelled: impl Future<Output = ()> + Send + 'static,
) -> DeltaStream {
    let state = Some((deltas, Box::pin(cancelled)));
    unfold(state, |state| async {
        let (mut deltas, mut cancelled) = state?;
        tokio::select! {
            biased;
            () = &mut cancelled => Some((Err(Error::Cancelled), None)),
            delta = deltas.next() => Some((delta?, Some((deltas, cancelled)))),
        }
    })
    .boxed()
}

async fn stream_openai(
    endpoint: &Endpoint,
    transport: &Transport,
    request: &Request,
) -> Result<DeltaStream> {
    let dialect = openai::Dialect::of(&endpoint.base_url);
    let body = openai::encode(request, dialect)?;
    let outgoing = Outgoing { method: Method::POST, path: openai::CHAT_PATH, body };
    let mut answer = transport.send(endpoint, outgoing).await?;
    match (answer.status, answer.media_type.as_str()) {
        (200, "text/event-stream") => Ok(read(answer.body, openai::Decoder::new(request))),
        // a server that cannot stream answers in one piece
        (200, "application/json") => {
            let deltas = openai::decode(&answer.body.read_all().await?, request)?;
            Ok(futures::stream::iter(deltas.into_iter().map(Ok)).boxed())
        }
        (200, _) => Err(not_a_chat(&mut answer).await),
        (status, _) => {
            let body = answer.body.read_all().await?;
            Err(openai::decode_error(status, answer.retry_after, &body, &request.model))
        }
    }
}

async fn not_a_chat(answer: &mut Answer) -> Error {
    let start = answer.body.read_all().await.unwrap_or_default();
    let message = format!(
        "it is \"{}\" and not a chat answer, is the base URL right? it begins: {}",
        answer.media_type,
        openai::snippet(&start)
    );
    Error::invalid_reply(message)
}

/// Decodes a body as it arrives.
fn read(body: Body, decoder: openai::Decoder) -> DeltaStream {
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
