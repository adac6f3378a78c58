//! Asking for an answer.

use futures::stream::StreamExt;

use super::exchange::Source;
use crate::chat::{Accumulator, Reply, Request};
use crate::written::{Expected, Hold, read_stream, rewrite};
use crate::{DeltaStream, Provider, Result, Transport};

impl Provider {
    /// Asks and gives the answer as it comes. Nothing is retried.
    pub async fn stream(&self, transport: &Transport, request: &Request) -> Result<DeltaStream> {
        let rewritten = self.rewritten(request);
        let request = rewritten.as_ref().map_or(request, |(request, _)| request);
        let deltas = match self.source(request, true)? {
            Source::Script(scripted) => scripted.stream(request).await?,
            Source::Wire(exchange) => exchange.stream(transport, request).await?,
        };
        Ok(match rewritten {
            Some((_, expected)) => read_stream(deltas, expected),
            None => deltas,
        })
    }

    /// The request as a server gets it that does not see to everything, and what to look for
    /// in its answer.
    fn rewritten(&self, request: &Request) -> Option<(Request, Expected)> {
        rewrite(request, self.endpoint()?.abilities)
    }

    /// Asks for a stream and waits for its end. A long answer keeps the line alive, so that
    /// only silence runs into a timeout.
    pub async fn complete(&self, transport: &Transport, request: Request) -> Result<Reply> {
        let mut deltas = self.stream(transport, &request).await?;
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
        let rewritten = self.rewritten(request);
        let request = rewritten.as_ref().map_or(request, |(request, _)| request);
        let mut deltas = match self.source(request, false)? {
            Source::Script(scripted) => scripted.stream(request).await?.collect().await,
            Source::Wire(exchange) => exchange.whole(transport, request).await?,
        };
        if let Some((_, expected)) = rewritten {
            let mut hold = Hold::new(expected);
            deltas = deltas.into_iter().flat_map(|delta| hold.push(delta)).collect();
        }
        let mut accumulator = Accumulator::default();
        for delta in deltas {
            accumulator.push(delta?)?;
        }
        accumulator.finish()
    }
}
