//! Calls that are no chat: vectors of texts, and what is said in a recording.

use std::sync::Arc;

use llm::embedding::{EmbedRequest, Embeddings};
use llm::speech::{TranscribeRequest, Transcript};
use llm::tokens::estimate_embedding;
use llm::{Error, Result};

use super::ticket::Ticket;
use super::{CallMeta, Gateway};
use crate::platform::Target;

/// No recording of so many bytes has more tokens than one for each of these.
const BYTES_A_TOKEN: u64 = 100;

/// The most tokens that a recording may have.
pub(crate) fn expected_tokens(request: &TranscribeRequest) -> u64 {
    request.audio.len() as u64 / BYTES_A_TOKEN + 1
}

impl Gateway {
    /// Turns texts into vectors. Gives the platform and the model that did it with them.
    pub async fn embed(
        &self,
        meta: &CallMeta,
        request: EmbedRequest,
    ) -> Result<(Embeddings, Arc<str>, String)> {
        let ask = |target: Target, ticket: Ticket| {
            let request = EmbedRequest { model: target.model.clone(), ..request.clone() };
            async move {
                let provider = target.platform.provider(&request.model).await;
                let asked = async { provider?.embed(&target.platform.transport, &request).await };
                settled(asked.await, ticket, |answer| answer.usage.input)
            }
        };
        let picture = self.picture(meta.organisation);
        let mut plan = picture.plan(&self.wanted(meta)?)?;
        self.refuse_unknown_prices(&picture, &mut plan.targets)?;
        let tokens = plan.tokens(|| estimate_embedding(&request));
        let (answer, target) = self.travel(meta, &picture, &plan, tokens, ask).await?;
        Ok((answer, target.platform.name.clone(), target.model))
    }

    /// Writes down what is said in a recording. Gives the platform and the model that
    /// listened with it.
    pub async fn transcribe(
        &self,
        meta: &CallMeta,
        request: TranscribeRequest,
    ) -> Result<(Transcript, Arc<str>, String)> {
        let ask = |target: Target, ticket: Ticket| {
            let request = TranscribeRequest { model: target.model.clone(), ..request.clone() };
            async move {
                let provider = target.platform.provider(&request.model).await;
                let asked =
                    async { provider?.transcribe(&target.platform.transport, &request).await };
                settled(asked.await, ticket, |answer| {
                    answer.usage.input.saturating_add(answer.usage.output)
                })
            }
        };
        let picture = self.picture(meta.organisation);
        let mut plan = picture.plan(&self.wanted(meta)?)?;
        self.refuse_unknown_prices(&picture, &mut plan.targets)?;
        let tokens = plan.tokens(|| expected_tokens(&request));
        let (answer, target) = self.travel(meta, &picture, &plan, tokens, ask).await?;
        Ok((answer, target.platform.name.clone(), target.model))
    }
}

/// Reports to the platform's state how a call ended.
fn settled<T>(
    answered: Result<T, Error>,
    mut ticket: Ticket,
    tokens: impl Fn(&T) -> u64,
) -> Result<T, Error> {
    match &answered {
        Ok(answer) => {
            ticket.spoke();
            ticket.used(tokens(answer));
            ticket.succeeded();
        }
        Err(error) => ticket.failed(error),
    }
    answered
}
