//! A call that was let through the limits of its key, its user and its organisation.

use super::day::DayPass;
use super::turnstile::Pass;

/// The places of a call that was let through.
#[derive(Debug)]
pub(crate) struct Admission {
    minute: Option<Pass>,
    day: Option<DayPass>,
}

impl Admission {
    /// The places of a call that goes now, if anything limits it.
    pub(super) fn of(minute: Option<Pass>, day: Option<DayPass>) -> Option<Self> {
        let (mut minute, mut day) = (minute, day);
        if let Some(pass) = &mut minute {
            pass.goes();
        }
        if let Some(pass) = &mut day {
            pass.goes();
        }
        (minute.is_some() || day.is_some()).then_some(Self { minute, day })
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

    /// The call was not made after all; its places are free again.
    pub(crate) fn give_up(mut self) {
        if let Some(pass) = &mut self.minute {
            pass.stays();
        }
        if let Some(mut pass) = self.day.take() {
            pass.take_back();
        }
    }
}

/// A call that used nothing takes no tokens of anybody's limits, and nothing of a day.
pub(crate) fn give_back(admission: Option<Admission>, error: &llm::Error) {
    let Some(mut admission) = admission.filter(|_| error.used_nothing()) else { return };
    admission.used(0);
    if let Some(mut pass) = admission.day.take() {
        pass.take_back();
    }
}
