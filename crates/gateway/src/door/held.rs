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

    /// What the gateway calls before it repeats a try whose cost nobody knows, and before it
    /// begins a second one beside the first: then it names both platforms, since nobody knows
    /// which of them it will hang up on.
    pub(super) fn on_lost(&self, doors: &Doors, call: &Arc<Call>, quote: &Arc<Quote>) -> OnLost {
        let (held, doors, call) = (self.clone(), doors.clone(), call.clone());
        let quote = quote.clone();
        Arc::new(move |at: Vec<Arc<str>>| {
            let (held, doors) = (held.clone(), doors.clone());
            let (call, quote) = (call.clone(), quote.clone());
            Box::pin(async move {
                let Some(lost) = held.take() else { return Some(Another::default()) };
                let lost = if at.len() > 1 {
                    // it goes on, and is lost only when there is money for the second one
                    Some(lost)
                } else {
                    Doors::book_lost(lost, &at, &quote);
                    None
                };
                let id = CallId::new(doors.app.now(), doors.app.random.as_ref());
                let entry = call.entry_of(id, &quote);
                match doors.bank.reserve(quote.wanted(&call.holder), entry).await {
                    // the second platform has no room for it
                    Ok(ticket)
                        if lost.is_some()
                            && at
                                .last()
                                .is_some_and(|second| ticket.without().contains(second)) =>
                    {
                        ticket.give_back();
                        held.put(lost);
                        None
                    }
                    Ok(ticket) => {
                        let without = ticket.without().to_vec();
                        if let Some(lost) = lost {
                            Doors::book_lost(lost, &at, &quote);
                        }
                        held.put(Some(ticket));
                        Some(Another { without })
                    }
                    Err(refusal) => {
                        held.put(lost);
                        tracing::info!("a call is not tried again for want of money: {refusal:?}");
                        None
                    }
                }
            })
        })
    }

    /// The ticket of the try that goes on; none when it is booked.
    fn put(&self, ticket: Option<Ticket>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ticket;
    }
}
