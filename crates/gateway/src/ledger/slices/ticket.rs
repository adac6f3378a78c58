//! Money that a call holds.

use std::sync::Arc;

use base::{BudgetId, OrganisationId};

use super::bank::Inner;
use super::{Amount, Entry};

/// What a call holds while it runs. A ticket that is dropped without a word books all of it
/// as an estimate: nobody knows what the provider counted.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(super) bank: Arc<Inner>,
    pub(super) organisation: OrganisationId,
    pub(super) budgets: Vec<BudgetId>,
    pub(super) held: Amount,
    /// What the call has cost already, where that is known.
    pub(super) least: Amount,
    pub(super) entry: Option<Box<Entry>>,
}

impl Ticket {
    /// The ledger's row as it stands so far, to be completed.
    pub(crate) fn entry(&mut self) -> Option<&mut Entry> {
        self.entry.as_deref_mut()
    }

    /// The most that the call may come to.
    pub(crate) fn held(&self) -> Amount {
        self.held
    }

    /// The same, or what it is known to have cost if that is more.
    pub(crate) fn worst(&self) -> Amount {
        self.held.or_more(self.least)
    }

    /// The call has cost this much already, whatever comes of it.
    pub(crate) fn cost_at_least(&mut self, amount: Amount) {
        self.least = self.least.or_more(amount);
    }

    /// Books what the call came to; its row goes into the ledger with the next group.
    pub(crate) fn settle(mut self, actual: Amount) {
        self.book(actual);
    }

    fn book(&mut self, actual: Amount) {
        let Some(mut entry) = self.entry.take() else { return };
        entry.input_tokens = actual.input;
        entry.output_tokens = actual.output;
        entry.cost_micros = actual.micros;
        let now = self.bank.now();
        entry.duration_ms = now.as_millis().saturating_sub(entry.started_at).max(0);
        entry.finished_at = now.as_millis();
        self.bank.finish(self.organisation, &self.budgets, self.held, actual, *entry, now);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let Some(entry) = self.entry.as_deref_mut() else { return };
        entry.outcome = "interrupted";
        entry.estimated = true;
        entry.error.get_or_insert_with(|| "the client left before the answer was complete".into());
        self.book(self.worst());
    }
}
