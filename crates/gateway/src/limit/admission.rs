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
    /// Whether anything of the call has gone out, where somebody knows.
    departure: Option<Departure>,
    /// Its places are used, whatever becomes of it.
    has_gone: bool,
}

impl Admission {
    /// The places of a call, if anything limits it.
    pub(super) fn of(minute: Option<Pass>, day: Option<DayPass>) -> Option<Self> {
        let is_limited = minute.is_some() || day.is_some();
        is_limited.then_some(Self { minute, day, departure: None, has_gone: false })
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

    /// Corrects the tokens, now that they are known.
    pub(crate) fn used(&mut self, tokens: i64) {
        if let Some(pass) = &mut self.minute {
            pass.used(tokens);
        }
        if let Some(pass) = &mut self.day {
            pass.used(tokens);
        }
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let has_left = || self.departure.as_ref().is_some_and(|departure| !departure.give_up());
        if !self.has_gone && !has_left() {
            // dropped, the places give themselves up
            return;
        }
        if let Some(pass) = &mut self.minute {
            pass.goes();
        }
        if let Some(pass) = &mut self.day {
            pass.goes();
        }
    }
}

/// A call that used nothing takes no tokens of anybody's limits, and nothing of a day.
pub(crate) fn give_back(admission: Option<Admission>, error: &llm::Error) {
    let Some(mut admission) = admission.filter(|_| error.used_nothing()) else { return };
    admission.used(0);
    // dropped, it gives itself up
    drop(admission.day.take());
}
