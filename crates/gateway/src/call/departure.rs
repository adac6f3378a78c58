//! Whether anything of a call may have reached a provider: one that is given up before, while
//! it waits for a limit or a turn, has cost nothing.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::CallId;

/// Nothing has gone out.
const WAITS: u8 = 0;
/// Something has, or is about to.
const GONE: u8 = 1;
/// Nothing has, and nothing will: the call was given up.
const STAYS: u8 = 2;

/// How many calls of executions are remembered. Of one that is forgotten nobody knows whether it
/// has gone out, so that it counts as if it had.
const REMEMBERED: usize = 10_000;

/// Whether anything of a call has gone out. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Departure(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    /// One of the three above.
    state: AtomicU8,
    /// The tries beside the last one that a provider may have counted.
    lost: AtomicI64,
}

impl Departure {
    /// Something goes out now; `false` when the call was given up, so that nothing may.
    pub(super) fn goes(&self) -> bool {
        self.change(GONE) == GONE
    }

    /// Nothing of the call may go out any more; `false` when something has.
    pub(crate) fn give_up(&self) -> bool {
        self.change(STAYS) == STAYS
    }

    /// A try that a provider may have counted is over, and another one decides.
    pub(super) fn loses_a_try(&self) {
        self.0.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// How many tries beside the last one a provider may have counted.
    pub(crate) fn lost(&self) -> i64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    fn has_gone(&self) -> bool {
        self.0.state.load(Ordering::Acquire) == GONE
    }

    /// What became of a call that waited so far.
    fn change(&self, to: u8) -> u8 {
        let changed = self.0.state.compare_exchange(WAITS, to, Ordering::AcqRel, Ordering::Acquire);
        changed.map_or_else(|now| now, |_| to)
    }
}

/// The calls of executions by their ids in the ledger: those under way, and those that were
/// given up before anything went out.
#[derive(Debug, Default)]
pub(super) struct Departures(Mutex<BTreeMap<CallId, Departure>>);

impl Departures {
    /// A call is under way until its guard is dropped.
    pub(super) fn begin(&self, id: CallId) -> Underway<'_> {
        let departure = Departure::default();
        let mut calls = self.lock();
        calls.insert(id, departure.clone());
        // ids are in the order of their times
        if calls.len() > REMEMBERED {
            calls.pop_first();
        }
        drop(calls);
        Underway { departures: self, id, departure, has_ended: false }
    }

    /// Gives a call up; `false` when something of it may have gone out.
    pub(super) fn give_up(&self, id: CallId) -> bool {
        self.lock().get(&id).is_some_and(Departure::give_up)
    }

    /// The calls of which nothing has gone out.
    pub(super) fn unsent(&self) -> HashSet<CallId> {
        let calls = self.lock();
        calls.iter().filter(|(_, departure)| !departure.has_gone()).map(|(id, _)| *id).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<CallId, Departure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is under way. One that is dropped before it has ended is given up.
#[derive(Debug)]
pub(super) struct Underway<'a> {
    departures: &'a Departures,
    id: CallId,
    departure: Departure,
    has_ended: bool,
}

impl Underway<'_> {
    pub(super) fn departure(&self) -> &Departure {
        &self.departure
    }

    /// Its end was heard: whoever waits for it knows what it came to.
    pub(super) fn ended(mut self) {
        self.has_ended = true;
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if self.has_ended || !self.departure.give_up() {
            self.departures.lock().remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_goes_out_or_is_given_up_and_never_both() {
        let calls = Departures::default();
        let [gone, given_up, dropped, ended] = [1, 2, 3, 4].map(CallId::from_u128);
        let underway = calls.begin(gone);
        assert!(underway.departure().goes() && underway.departure().goes());
        assert!(!calls.give_up(gone));
        drop(underway);
        let waits = calls.begin(given_up);
        assert!(calls.give_up(given_up) && calls.give_up(given_up) && !waits.departure().goes());
        drop(calls.begin(dropped));
        calls.begin(ended).ended();
        let known = [gone, given_up, dropped, ended].map(|id| calls.give_up(id));
        assert_eq!(known, [false, true, true, false]);
        assert_eq!(calls.unsent(), HashSet::from([given_up, dropped]));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let calls = Departures::default();
        for id in 0..=REMEMBERED {
            drop(calls.begin(CallId::from_u128(id as u128)));
        }
        assert!(!calls.give_up(CallId::from_u128(0)) && calls.give_up(CallId::from_u128(1)));
    }
}
