//! The money of a call that may need several tries.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agent::port::{Another, Lost, OnLost, Over};
use base::CallId;

use super::Doors;
use super::asked::Call;
use super::quote::Quote;
use crate::call::Departure;
use crate::ledger::slices::Ticket;
use crate::limit::Admission;

/// The tickets of the tries that are under way. A try whose cost nobody knows keeps its ticket,
/// in full, and the next one gets another.
#[derive(Debug, Clone)]
pub(super) struct Held {
    tickets: Arc<Mutex<Tickets>>,
    departure: Departure,
}

#[derive(Debug)]
struct Tickets {
    /// Of the last try, when the ledger counts.
    last: Option<Ticket>,
    /// Of a second one that runs beside it.
    beside: Option<Ticket>,
}

impl Held {
    /// The ticket of the first try, when the ledger counts, and its places in limits, both of
    /// which hear whether anything of the call goes out.
    pub(super) fn new(
        ticket: Option<Ticket>,
        pass: Option<Admission>,
    ) -> (Self, Option<Admission>) {
        let departure = Departure::default();
        let last = ticket.map(|ticket| ticket.departing(departure.clone()));
        let pass = pass.map(|pass| pass.departing(departure.clone()));
        let tickets = Arc::new(Mutex::new(Tickets { last, beside: None }));
        (Self { tickets, departure }, pass)
    }

    /// Where the gateway tells that something of the call goes out.
    pub(super) fn departure(&self) -> Departure {
        self.departure.clone()
    }

    /// The ticket of the last try.
    pub(super) fn take(&self) -> Option<Ticket> {
        self.lock().last.take()
    }

    /// What the gateway calls before it repeats a try whose cost nobody knows, before it begins
    /// a second one beside the first, and when one of these two is over.
    pub(super) fn on_lost(&self, doors: &Doors, call: &Arc<Call>, quote: &Arc<Quote>) -> OnLost {
        let (held, doors, call) = (self.clone(), doors.clone(), call.clone());
        let quote = quote.clone();
        Arc::new(move |lost: Lost| {
            let (held, doors) = (held.clone(), doors.clone());
            let (call, quote) = (call.clone(), quote.clone());
            Box::pin(async move {
                match lost {
                    Lost::At(at) => {
                        let Some(ticket) = held.take() else { return Some(Another::default()) };
                        Doors::book_lost(ticket, &at, &quote);
                        let ticket = another(&doors, &call, &quote).await?;
                        let without = ticket.without().to_vec();
                        held.lock().last = Some(ticket);
                        Some(Another { without })
                    }
                    Lost::Beside(at) => {
                        let counts = held.lock().last.is_some();
                        if !counts {
                            return Some(Another::default());
                        }
                        let ticket = another(&doors, &call, &quote).await?;
                        if ticket.without().contains(&at) {
                            ticket.give_back();
                            return None;
                        }
                        let without = ticket.without().to_vec();
                        held.lock().beside = Some(ticket.departing(held.departure()));
                        Some(Another { without })
                    }
                    Lost::Over(Over { is_second, at, is_free }) => {
                        match held.over(is_second) {
                            Some(ticket) if is_free => ticket.give_back(),
                            Some(ticket) => Doors::book_lost(ticket, &at, &quote),
                            None => {}
                        }
                        Some(Another::default())
                    }
                }
            })
        })
    }

    /// The ticket of the one of two tries that is over; that of the other one is the last.
    fn over(&self, is_second: bool) -> Option<Ticket> {
        let mut tickets = self.lock();
        let beside = tickets.beside.take();
        if is_second { beside } else { std::mem::replace(&mut tickets.last, beside) }
    }

    fn lock(&self) -> MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A ticket for another try, if there is money for it.
async fn another(doors: &Doors, call: &Call, quote: &Quote) -> Option<Ticket> {
    let id = CallId::new(doors.app.now(), doors.app.random.as_ref());
    let reserved = doors.bank.reserve(quote.wanted(&call.holder), call.entry_of(id, quote)).await;
    reserved
        .inspect_err(|refusal| {
            tracing::info!("a call is not tried again for want of money: {refusal:?}");
        })
        .ok()
}
