//! The money of a call that may need several tries.

use std::sync::{Arc, Mutex, PoisonError};

use agent::port::OnLost;
use base::CallId;
use llm::Error;

use super::Doors;
use super::asked::Call;
use super::quote::Quote;
use crate::ledger::slices::Ticket;

/// The ticket of the try that is under way. A try whose cost nobody knows keeps its ticket,
/// in full, and the next one gets another.
#[derive(Debug, Clone)]
pub(super) struct Held(Arc<Mutex<Option<Ticket>>>);

impl Held {
    /// The ticket of the first try, when the ledger counts.
    pub(super) fn new(ticket: Option<Ticket>) -> Self {
        Self(Arc::new(Mutex::new(ticket)))
    }

    /// The ticket of the last try.
    pub(super) fn take(&self) -> Option<Ticket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the gateway calls before it repeats a try whose cost nobody knows.
    pub(super) fn on_lost(&self, doors: &Doors, call: &Arc<Call>, quote: &Quote) -> OnLost {
        let (held, doors, call) = (self.clone(), doors.clone(), call.clone());
        let quote = Arc::new(quote.clone());
        Arc::new(move || {
            let (held, doors) = (held.clone(), doors.clone());
            let (call, quote) = (call.clone(), quote.clone());
            Box::pin(async move {
                let Some(lost) = held.take() else { return true };
                Doors::book_failure(Some(lost), &Error::StreamCut);
                let id = CallId::new(doors.app.now(), doors.app.random.as_ref());
                let targets = quote.targets(&call.holder);
                let entry = call.entry_of(id, &quote);
                match doors.bank.reserve(&targets, quote.most, entry).await {
                    Ok(ticket) => {
                        held.put(ticket);
                        true
                    }
                    Err(refusal) => {
                        tracing::info!("a call is not tried again for want of money: {refusal:?}");
                        false
                    }
                }
            })
        })
    }

    fn put(&self, ticket: Ticket) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ticket);
    }
}
