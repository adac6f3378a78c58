//! An answer on its way: who gives it, and its pieces.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use llm::chat::Delta;
use llm::{DeltaStream, Error};

use super::ticket::Ticket;

/// An answer that has begun. Nothing fails over any more: what was heard stays said, and
/// what goes wrong from here on ends the pieces with an error.
pub struct Answer {
    /// The platform that answers.
    pub platform: Arc<str>,
    /// The model's name there.
    pub model: String,
    /// The pieces, the first one included. Dropping them ends the call.
    pub deltas: DeltaStream,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("platform", &self.platform)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// The pieces of an answer, whose end is reported to the platform's state.
pub(super) struct Heard {
    /// The start and the first real piece, which were read ahead.
    ahead: [Option<Delta>; 2],
    rest: DeltaStream,
    ticket: Option<Ticket>,
}

impl Heard {
    pub(super) fn new(
        start: Option<Delta>,
        first: Delta,
        rest: DeltaStream,
        ticket: Ticket,
    ) -> Self {
        let mut heard = Self { ahead: [None, None], rest, ticket: Some(ticket) };
        heard.note(&first);
        heard.ahead = [start, Some(first)];
        heard
    }

    fn note(&mut self, delta: &Delta) {
        match delta {
            Delta::Usage(usage) => {
                if let Some(ticket) = &mut self.ticket {
                    ticket.used(usage.input.saturating_add(usage.output));
                }
            }
            Delta::Finish { .. } => {
                if let Some(ticket) = self.ticket.take() {
                    ticket.succeeded();
                }
            }
            Delta::Start { .. }
            | Delta::Text { .. }
            | Delta::Refusal { .. }
            | Delta::Reasoning { .. }
            | Delta::Seal { .. }
            | Delta::ToolCall { .. }
            | Delta::StopSequence { .. } => {}
        }
    }
}

impl Stream for Heard {
    type Item = Result<Delta, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        for place in &mut this.ahead {
            if let Some(delta) = place.take() {
                return Poll::Ready(Some(Ok(delta)));
            }
        }
        let next = std::task::ready!(this.rest.as_mut().poll_next(context));
        match &next {
            Some(Ok(delta)) => this.note(delta),
            Some(Err(error)) => {
                if let Some(ticket) = this.ticket.take() {
                    ticket.failed(error);
                }
            }
            None => {}
        }
        Poll::Ready(next)
    }
}
