//! Requests and tokens of an organisation's day, in UTC. Nobody waits for the next one.
//!
//! Counted is what was let through and was not given back, from what the ledger has of the day
//! when the count begins: a restart forgets nothing. Servers that share a Redis count together;
//! while it is lost each goes on from the last count that it heard of. What a server has to tell
//! Redis beside the calls that it asks about goes in a [`Letter`], which Redis reads once however
//! often it comes: a call that carries one may be given up, or its answer come too late.

use std::collections::HashMap;
use std::ops::{AddAssign, Neg};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{OrganisationId, Timestamp};

use super::shared::Shared;
use super::turnstile::TooMuch;

const DAY_MS: i64 = 86_400_000;

/// What an organisation may use in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DayCaps {
    pub(super) requests: Option<i64>,
    pub(super) tokens: Option<i64>,
    /// Whether the call that is counted is a request, or goes with one.
    pub(super) is_request: bool,
}

/// Requests and tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) requests: i64,
    pub(super) tokens: i64,
}

impl AddAssign for Used {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.tokens += other.tokens;
    }
}

impl Neg for Used {
    type Output = Self;
    fn neg(self) -> Self {
        Self { requests: -self.requests, tokens: -self.tokens }
    }
}

/// The day of an organisation: its number since the epoch.
pub(super) type Which = (OrganisationId, i64);

/// The days of all organisations that have caps. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Days(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Option<Shared>,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// The newest day of each organisation and what is known of it.
    days: HashMap<OrganisationId, (i64, Used)>,
    /// What Redis has not heard and no letter says.
    unheard: HashMap<Which, Used>,
    /// The letter that Redis may not have read.
    letter: Option<Arc<Letter>>,
    /// The number of the last letter.
    letters: i64,
}

/// What Redis is told of days, under a number that grows.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) number: i64,
    pub(super) changes: HashMap<Which, Used>,
}

/// A call that was counted. Dropping it before it went takes it back.
#[derive(Debug)]
pub(super) struct DayPass {
    days: Days,
    which: Which,
    counted: Used,
    has_gone: bool,
}

/// The beginning of a day.
pub(super) fn midnight(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(number(at) * DAY_MS)
}

fn number(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MS)
}

impl Days {
    pub(super) fn new(shared: Option<Shared>) -> Self {
        Self(Arc::new(Inner { shared, counts: Mutex::default() }))
    }

    /// Whether the organisation is counted.
    pub(super) fn knows(&self, organisation: OrganisationId) -> bool {
        self.lock().days.contains_key(&organisation)
    }

    /// Counts an organisation from now on, unless it is counted already.
    pub(super) fn begin(&self, organisation: OrganisationId, used: Used, now: Timestamp) {
        self.lock().days.entry(organisation).or_insert((number(now), used));
    }

    /// Counts an organisation no more: it has no caps. Redis forgets its day too, or it would not
    /// believe what the ledger says when there are caps again.
    pub(super) async fn forget(&self, organisation: OrganisationId) {
        let forgotten = {
            let mut counts = self.lock();
            let day = counts.days.remove(&organisation);
            let which = day.map(|(number, _)| (organisation, number));
            if let Some(which) = &which {
                counts.unheard.remove(which);
            }
            which
        };
        if let (Some(which), Some(shared)) = (forgotten, &self.0.shared) {
            shared.forget_day(which).await;
        }
    }

    /// Counts a call of about `tokens` tokens, if the day has room for it.
    pub(super) async fn take(
        &self,
        organisation: OrganisationId,
        caps: DayCaps,
        tokens: i64,
        now: Timestamp,
    ) -> Result<DayPass, TooMuch> {
        let wanted = Used { requests: i64::from(caps.is_request), tokens };
        let which = self.lock().today(organisation, now);
        let taken = match &self.0.shared {
            Some(shared) => self.take_there(shared, which, caps, wanted, now).await,
            None => None,
        };
        let taken = taken.unwrap_or_else(|| self.take_here(which, caps, wanted));
        taken.map_err(|Lacking { what, limit, fits }| {
            let left = DAY_MS - now.as_millis().rem_euclid(DAY_MS);
            let retry_after = fits.then(|| Duration::from_millis(left.unsigned_abs()));
            let subject = "organisation".to_owned();
            TooMuch { subject, what, limit, per: "day", retry_after }
        })?;
        Ok(DayPass { days: self.clone(), which, counted: wanted, has_gone: false })
    }

    /// Counts in Redis; `None` when it says nothing.
    async fn take_there(
        &self,
        shared: &Shared,
        which: Which,
        caps: DayCaps,
        wanted: Used,
        now: Timestamp,
    ) -> Option<Result<(), Lacking>> {
        if shared.is_silent() {
            return None;
        }
        let mut is_again = false;
        loop {
            let (known, letter) = {
                let mut counts = self.lock();
                let letter = counts.letter(now);
                (counts.told(which), letter)
            };
            let answer = shared.day(which, caps, wanted, known, letter.as_deref()).await;
            let (passes, total) = answer?;
            let mut counts = self.lock();
            let mut others = counts.hear(which, total, letter.as_deref());
            others += total;
            if passes {
                others += -wanted;
            }
            let room = caps.room(others, wanted);
            if passes && room.is_err() {
                // Redis has still to hear who took that room
                self.add(&mut counts, which, -wanted);
            }
            if passes || room.is_err() {
                return Some(room);
            }
            // it has room, of which Redis hears now
            if is_again {
                return Some(caps.room(total, wanted));
            }
            is_again = true;
        }
    }

    fn take_here(&self, which: Which, caps: DayCaps, wanted: Used) -> Result<(), Lacking> {
        let mut counts = self.lock();
        let used = counts.of(which);
        caps.room(used, wanted)?;
        self.add(&mut counts, which, wanted);
        Ok(())
    }

    /// Counts more or less of a day without asking Redis, which hears of it with the next call.
    fn add(&self, counts: &mut Counts, which: Which, change: Used) {
        let mut used = counts.of(which);
        used += change;
        counts.set(which, used);
        if self.0.shared.is_some() {
            *counts.unheard.entry(which).or_default() += change;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// The day that it is; a clock that goes back finds no older one.
    fn today(&mut self, organisation: OrganisationId, now: Timestamp) -> Which {
        let today = number(now);
        let day = self.days.entry(organisation).or_insert((today, Used::default()));
        if day.0 < today {
            *day = (today, Used::default());
        }
        (organisation, day.0)
    }

    /// What is known of a day; nothing of one that is over.
    fn of(&self, (organisation, number): Which) -> Used {
        let day = self.days.get(&organisation).filter(|day| day.0 == number);
        day.map_or_else(Used::default, |day| day.1)
    }

    /// The same without what no letter says yet.
    fn told(&self, which: Which) -> Used {
        let mut used = self.of(which);
        used += -self.unheard.get(&which).copied().unwrap_or_default();
        used
    }

    fn set(&mut self, (organisation, number): Which, used: Used) {
        if let Some(day) = self.days.get_mut(&organisation).filter(|day| day.0 == number) {
            day.1 = used;
        }
    }

    /// The letter that Redis may not have read, or a new one if there is anything to tell. The
    /// time, in microseconds, keeps its number above those of an earlier life of this server.
    fn letter(&mut self, now: Timestamp) -> Option<Arc<Letter>> {
        if self.letter.is_none() && !self.unheard.is_empty() {
            self.letters = now.as_millis().saturating_mul(1_000).max(self.letters + 1);
            let changes = std::mem::take(&mut self.unheard);
            self.letter = Some(Arc::new(Letter { number: self.letters, changes }));
        }
        self.letter.clone()
    }

    /// Redis has counted `total` of a day and read this letter; gives what it has still to hear
    /// of that day.
    fn hear(&mut self, which: Which, total: Used, read: Option<&Letter>) -> Used {
        if read.is_some_and(|read| read.number == self.letters) {
            self.letter = None;
        }
        let mut untold = Used::default();
        let later = self.letter.iter().map(|letter| &letter.changes).chain([&self.unheard]);
        for change in later.filter_map(|changes| changes.get(&which)) {
            untold += *change;
        }
        let mut used = total;
        used += untold;
        self.set(which, used);
        untold
    }
}

/// What a day has no room for.
#[derive(Debug)]
struct Lacking {
    /// `requests` or `tokens`.
    what: &'static str,
    limit: i64,
    /// Whether another day has room.
    fits: bool,
}

impl DayCaps {
    /// The same for a call that goes with a request and is none itself.
    pub(crate) fn of_no_request(self) -> Self {
        Self { is_request: false, ..self }
    }

    /// Fails when a day of which this much is used has no room for more.
    fn room(self, used: Used, wanted: Used) -> Result<(), Lacking> {
        let each = [
            ("requests", self.requests, used.requests, wanted.requests),
            ("tokens", self.tokens, used.tokens, wanted.tokens),
        ];
        for (what, limit, used, wanted) in each {
            if let Some(limit) = limit.filter(|limit| used.saturating_add(wanted) > *limit) {
                return Err(Lacking { what, limit, fits: wanted <= limit });
            }
        }
        Ok(())
    }
}

impl DayPass {
    /// The call goes; what it used is known later.
    pub(super) fn goes(&mut self) {
        self.has_gone = true;
    }

    /// Corrects the tokens, now that they are known.
    pub(super) fn used(&mut self, tokens: i64) {
        let change = tokens - self.counted.tokens;
        self.change(Used { requests: 0, tokens: change });
    }

    /// The call used nothing: it is not counted.
    pub(super) fn take_back(&mut self) {
        self.change(-self.counted);
    }

    fn change(&mut self, change: Used) {
        if change != Used::default() {
            self.days.add(&mut self.days.lock(), self.which, change);
            self.counted += change;
        }
    }
}

impl Drop for DayPass {
    fn drop(&mut self) {
        if !self.has_gone {
            self.take_back();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ONE: OrganisationId = OrganisationId::from_u128(1);
    const NOON: Timestamp = Timestamp::from_millis(20_000 * DAY_MS + DAY_MS / 2);

    fn used(requests: i64, tokens: i64) -> Used {
        Used { requests, tokens }
    }

    #[tokio::test]
    async fn a_day_holds_what_it_may_and_the_next_one_begins_anew() {
        let days = Days::new(None);
        let caps = DayCaps { requests: Some(3), tokens: Some(100), is_request: true };
        days.begin(ONE, used(1, 50), NOON);
        // it is counted already
        days.begin(ONE, used(0, 0), NOON);
        let known = |at| {
            let mut counts = days.lock();
            let which = counts.today(ONE, at);
            counts.of(which)
        };
        let refused = async |tokens, at| {
            let TooMuch { what, retry_after, .. } =
                days.take(ONE, caps, tokens, at).await.unwrap_err();
            (what, retry_after.map(|wait| wait.as_secs()))
        };
        let mut first = days.take(ONE, caps, 30, NOON).await.unwrap();
        first.goes();
        assert_eq!(refused(30, NOON).await, ("tokens", Some(43_200)));
        // what it did not use is free again, and so is all of a call that never went
        first.used(10);
        drop(days.take(ONE, caps, 30, NOON).await.unwrap());
        assert_eq!(known(NOON), used(2, 60));
        days.take(ONE, caps, 40, NOON).await.unwrap().goes();
        assert_eq!(refused(0, NOON).await, ("requests", Some(43_200)));
        assert_eq!(refused(101, NOON.plus(Duration::from_hours(12))).await, ("tokens", None));
        let next = NOON.plus(Duration::from_hours(12));
        let mut second = days.take(ONE, caps, 100, next).await.unwrap();
        second.goes();
        // what is learned of yesterday's call changes nothing today, nor does a clock set back
        first.used(0);
        assert_eq!((known(next), known(NOON)), (used(1, 100), used(1, 100)));
        second.take_back();
        assert_eq!(known(next), used(0, 0));
    }

    #[test]
    fn redis_is_told_the_same_letter_until_it_has_read_it() {
        let mut counts = Counts::default();
        let which = counts.today(ONE, NOON);
        assert!(counts.letter(NOON).is_none());
        counts.unheard.insert(which, used(-1, -50));
        let letter = counts.letter(NOON).unwrap();
        assert_eq!(letter.changes, [(which, used(-1, -50))].into());
        // who carried it left; meanwhile there is more to tell
        counts.unheard.insert(which, used(0, -7));
        assert_eq!(counts.letter(NOON).unwrap().number, letter.number);
        assert_eq!(
            counts.told(which),
            used(0, 7),
            "a Redis that knows nothing hears the rest later"
        );
        assert_eq!(counts.hear(which, used(4, 400), Some(&*letter)), used(0, -7));
        assert_eq!(counts.of(which), used(4, 393));
        let next = counts.letter(NOON).unwrap();
        assert!(next.number > letter.number);
        assert_eq!(next.changes, [(which, used(0, -7))].into());
        // an answer that comes late says nothing of the next letter
        assert_eq!(counts.hear(which, used(5, 450), Some(&*letter)), used(0, -7));
        assert_eq!(counts.letter(NOON).unwrap().number, next.number);
        assert_eq!(counts.of(which), used(5, 443));
        assert_eq!(counts.hear(which, used(5, 443), Some(&*next)), used(0, 0));
        assert!(counts.letter(NOON).is_none());
    }
}
