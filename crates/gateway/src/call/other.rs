//! Calls that are no chat: vectors of texts, and what is said in a recording.

use std::sync::Arc;
use std::time::Duration;

use llm::chat::{Request, TokenUsage};
use llm::embedding::{EmbedRequest, Embeddings};
use llm::speech::{TranscribeRequest, Transcript};
use llm::tokens::{estimate_embedding, estimate_input};
use llm::{Error, Result, TokenCount};
use tokio::time::timeout;

use super::ticket::Ticket;
use super::{CallMeta, Gateway};
use crate::platform::{PlatformKind, Target};
use crate::route::Gate;

/// No second of a recording is shorter than so many bytes: speech is pressed to 6,000 bits at
/// the least.
const BYTES_A_SECOND: u64 = 500;
/// A provider that takes longer to count is not waited for.
const COUNTS_WITHIN: Duration = Duration::from_secs(10);
/// A second of sound is ten tokens.
const TOKENS_A_SECOND: u64 = 10;

/// The most that a recording may come to.
pub(crate) fn most_heard(request: &TranscribeRequest) -> TokenUsage {
    let seconds = request.audio.len() as u64 / BYTES_A_SECOND + 1;
    let tokens = seconds * TOKENS_A_SECOND;
    let words = request.prompt.as_ref().map_or(0, String::len) as u64;
    TokenUsage {
        input: tokens + words,
        audio_input: tokens,
        output: tokens,
        audio_ms: seconds * 1_000,
        ..TokenUsage::default()
    }
}

impl Gateway {
    /// How many tokens the first model that a call would ask reads for this: by its provider's
    /// count where that counts, else an estimate. Nothing is charged, retried or failed over.
    pub async fn count_tokens(&self, meta: &CallMeta, request: Request) -> Result<TokenCount> {
        let picture = self.picture(meta.organisation);
        let plan = picture.plan_for(meta.user, &self.wanted(meta)?)?;
        let Target { platform, model, .. } = &plan.targets[0];
        let request = Request { model: model.clone(), ..request };
        let guess = TokenCount { input: estimate_input(&request), estimated: true };
        let counts = matches!(platform.kind, PlatformKind::Anthropic | PlatformKind::Gemini);
        let is_shut = matches!(platform.state.look(self.uptime_ms()), Gate::Shut(_));
        if !counts || is_shut {
            return Ok(guess);
        }
        let counted = async {
            let provider = platform.provider(model).await?;
            provider.count_tokens(&platform.transport, &request).await
        };
        match timeout(COUNTS_WITHIN, counted).await {
            Ok(Ok(count)) => Ok(count),
            // the same request would be refused
            Ok(Err(error @ (Error::BadRequest { .. } | Error::ContextTooLong { .. }))) => {
                Err(error)
            }
            Ok(Err(error)) => {
                tracing::info!(provider = &*platform.name, "tokens are estimated: {error}");
                Ok(guess)
            }
            Err(_) => Ok(guess),
        }
    }

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
        let mut plan = picture.plan_for(meta.user, &self.wanted(meta)?)?;
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
        let mut plan = picture.plan_for(meta.user, &self.wanted(meta)?)?;
        self.refuse_unknown_prices(&picture, &mut plan.targets)?;
        let tokens = plan.tokens(|| most_heard(&request).input);
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
