//! Asking for an answer.

use futures::stream::StreamExt;

use super::exchange::Source;
use crate::chat::{Accumulator, Reply, Request};
use crate::{DeltaStream, Provider, Result, Transport};

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
}
