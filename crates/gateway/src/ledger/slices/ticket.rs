//! Money that a call holds.

use std::sync::Arc;

use base::OrganisationId;

use super::bank::Inner;
use super::wanted::{Holding, Share, Spent, Taken};
use super::{Amount, Entry, Wanted};
use crate::call::Departure;

/// What a call holds while it runs. A ticket that is dropped without a word books all of it
/// as an estimate: nobody knows what the provider counted. One whose call was never sent gives
/// it back.
#[derive(Debug)]
pub(crate) struct Ticket {
    bank: Arc<Inner>,
    organisation: OrganisationId,
    shares: Vec<Share>,
    held: Amount,
    life: u64,
    /// What the call has cost already, where that is known.
    least: Amount,
    /// The platform that answers, once one does.
    answering: Option<Arc<str>>,
    without: Vec<Arc<str>>,
    entry: Option<Box<Entry>>,
    /// Whether anything of the call has gone out, where somebody knows.
    departure: Option<Departure>,
}

impl Ticket {
    pub(super) fn new(
        bank: Arc<Inner>,
        taken: Taken,
        mut entry: Entry,
        wanted: Wanted<'_>,
    ) -> Self {
        let Taken { shares, held, without, life } = taken;
        let first = wanted.places.iter().find(|place| !without.contains(&place.platform));
        if let Some(first) = first.filter(|_| !without.is_empty()) {
            entry.asks(&first.platform, &first.model);
        }
        let organisation = entry.organisation;
        let (least, entry) = (Amount::default(), Some(Box::new(entry)));
        let (answering, departure) = (None, None);
        Self { bank, organisation, shares, held, life, least, answering, without, entry, departure }
    }

    /// The same with somebody who knows whether anything of the call has gone out.
    pub(crate) fn departing(self, departure: Departure) -> Self {
        let mut ticket = self;
        ticket.departure = Some(departure);
        ticket
    }

    /// Whether nothing of the call has gone out. From then on nothing may.
    pub(crate) fn is_unsent(&self) -> bool {
        self.departure.as_ref().is_some_and(Departure::give_up)
    }

    /// The ledger's row as it stands so far, to be completed.
    pub(crate) fn entry(&mut self) -> Option<&mut Entry> {
        self.entry.as_deref_mut()
    }

    /// The most that the call may come to.
    pub(crate) fn held(&self) -> Amount {
        self.held
    }

    /// The platforms for which nothing is set aside: they must not be asked.
    pub(crate) fn without(&self) -> &[Arc<str>] {
        &self.without
    }

    /// This platform answers; no other one is charged.
    pub(crate) fn answered_by(&mut self, platform: Arc<str>) {
        self.answering = Some(platform);
    }

    /// The call has cost this much already, whatever comes of it.
    pub(crate) fn cost_at_least(&mut self, amount: Amount) {
        self.least = self.least.or_more(amount);
    }

    /// Books what the call came to; its row goes into the ledger with the next group.
    pub(crate) fn settle(mut self, actual: Amount) {
        self.book(actual, &[], false);
    }

    /// Books as much as the call may have come to, since nobody knows, at these platforms; at
    /// all that it might ask when there are none.
    pub(crate) fn lose(mut self, at: &[Arc<str>]) {
        self.book_the_most(at);
    }

    /// The call was not made after all: nothing of it is booked.
    pub(crate) fn give_back(mut self) {
        self.forget();
    }

    fn holding(&self) -> Holding<'_> {
        Holding { shares: &self.shares, held: self.held, life: self.life }
    }

    fn forget(&mut self) {
        if self.entry.take().is_some() {
            self.bank.give_back(self.organisation, self.holding());
        }
    }

    fn book_the_most(&mut self, at: &[Arc<str>]) {
        let is_known_to_be_more = !self.held.covers(self.least);
        self.book(self.held.or_more(self.least), at, !is_known_to_be_more);
    }

    fn book(&mut self, amount: Amount, at: &[Arc<str>], is_estimate: bool) {
        let Some(mut entry) = self.entry.take() else { return };
        entry.input_tokens = amount.input;
        entry.output_tokens = amount.output;
        entry.cost_micros = amount.micros;
        let now = self.bank.now();
        entry.duration_ms = now.as_millis().saturating_sub(entry.started_at).max(0);
        entry.finished_at = now.as_millis();
        let at = self.answering.as_ref().map_or(at, std::slice::from_ref);
        let spent = Spent { amount, at, is_estimate };
        self.bank.finish(self.organisation, self.holding(), spent, *entry, now);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.entry.is_some() && self.is_unsent() {
            return self.forget();
        }
        let Some(entry) = self.entry.as_deref_mut() else { return };
        entry.outcome = "interrupted";
        entry.estimated = true;
        entry.error.get_or_insert_with(|| "the client left before the answer was complete".into());
        self.book_the_most(&[]);
    }
}
