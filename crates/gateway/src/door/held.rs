//! The money of a call that may need several tries.

use std::sync::{Arc, Mutex, PoisonError};

use agent::port::{Another, OnLost};
use base::CallId;

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
    pub(super) fn on_lost(&self, doors: &Doors, call: &Arc<Call>, quote: &Arc<Quote>) -> OnLost {
        let (held, doors, call) = (self.clone(), doors.clone(), call.clone());
        let quote = quote.clone();
        Arc::new(move |at: Vec<Arc<str>>| {
            let (held, doors) = (held.clone(), doors.clone());
            let (call, quote) = (call.clone(), quote.clone());
            Box::pin(async move {
                let Some(lost) = held.take() else { return Some(Another::default()) };
                Doors::book_lost(lost, &at, &quote);
                let id = CallId::new(doors.app.now(), doors.app.random.as_ref());
                let entry = call.entry_of(id, &quote);
                match doors.bank.reserve(quote.wanted(&call.holder), entry).await {
                    Ok(ticket) => {
                        let without = ticket.without().to_vec();
                        held.put(ticket);
                        Some(Another { without })
                    }
                    Err(refusal) => {
                        tracing::info!("a call is not tried again for want of money: {refusal:?}");
                        None
                    }
                }
            })
        })
    }

    fn put(&self, ticket: Ticket) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ticket);
    }
}
