//! A call that was let through the limits of its key, its user and its organisation.

use super::day::DayPass;
use super::turnstile::Pass;
use crate::call::Departure;

/// The places of a call that was let through. Dropped before anything of the call went out, they
/// are free again.
#[derive(Debug)]
pub(crate) struct Admission {
    minute: Option<Pass>,
    day: Option<DayPass>,
    /// About how many tokens a try takes.
    tokens: i64,
    /// Whether it is known what the call used.
    is_known: bool,
    /// Whether anything of the call has gone out, where somebody knows.
    departure: Option<Departure>,
    /// Its places are used, whatever becomes of it.
    has_gone: bool,
}

impl Admission {
    /// The places of a call, if anything limits it.
    pub(super) fn of(minute: Option<Pass>, day: Option<DayPass>, tokens: i64) -> Option<Self> {
        let is_limited = minute.is_some() || day.is_some();
        let (departure, is_known, has_gone) = (None, false, false);
        is_limited.then_some(Self { minute, day, tokens, is_known, departure, has_gone })
    }

    /// The same with somebody who knows whether anything of the call has gone out.
    #[must_use]
    pub(crate) fn departing(mut self, departure: Departure) -> Self {
        self.departure = Some(departure);
        self
    }

    /// The same for what goes now.
    #[must_use]
    pub(crate) fn goes(mut self) -> Self {
        self.has_gone = true;
        self
    }

    /// Corrects the tokens, now that those of the last try are known. What providers may have
    /// counted of other tries stays.
    pub(crate) fn used(&mut self, tokens: i64) {
        self.is_known = true;
        let tokens = tokens.saturating_add(self.lost());
        if let Some(pass) = &mut self.minute {
            pass.used(tokens);
        }
        if let Some(pass) = &mut self.day {
            pass.used(tokens);
        }
    }

    /// About how many tokens providers may have counted of tries beside the last one.
    fn lost(&self) -> i64 {
        let tries = self.departure.as_ref().map_or(0, Departure::lost);
        self.tokens.saturating_mul(tries)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let has_left = || self.departure.as_ref().is_some_and(|departure| !departure.give_up());
        if !self.has_gone && !has_left() {
            // dropped, the places give themselves up
            return;
        }
        if !self.is_known && self.lost() > 0 {
            self.used(self.tokens);
        }
        if let Some(pass) = &mut self.minute {
            pass.goes();
        }
        if let Some(pass) = &mut self.day {
            pass.goes();
        }
    }
}

/// A call whose last try used nothing takes no tokens for it of anybody's limits; one without
/// another that a provider may have counted takes nothing of a day either.
pub(crate) fn give_back(admission: Option<Admission>, error: &llm::Error) {
    let Some(mut admission) = admission.filter(|_| error.used_nothing()) else { return };
    admission.used(0);
    if admission.lost() == 0 {
        // dropped, it gives itself up
        drop(admission.day.take());
    }
}
