//! How many requests people made in the last hour, only of those who have a limit. Servers that
//! share a Redis count together; without one, or while it is lost, each counts those that it
//! serves itself, and one that starts begins with none.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{OrganisationId, Timestamp, UserId};

use crate::limit::Shared;

const HOUR_MS: i64 = 3_600_000;
/// Requests this close together are one entry, as old as the youngest of them, so that the
/// list of a busy person stays short and the count on the safe side.
const GRAIN_MS: i64 = 1_000;
/// How many people are remembered before idle ones are forgotten.
const PEOPLE: usize = 10_000;

/// A person, and the organisation that they belong to.
pub(crate) type Person = (OrganisationId, UserId);

/// The requests of people in the last hour.
#[derive(Debug, Default)]
pub(crate) struct Hours {
    shared: Option<Shared>,
    people: Mutex<HashMap<Person, Hour>>,
}

impl Hours {
    /// The hours of this process, or of all that share a Redis.
    pub(crate) fn new(shared: Option<Shared>) -> Self {
        Self { shared, people: Mutex::default() }
    }

    /// Counts a request, or says after how long there is room for one.
    pub(super) async fn take(
        &self,
        person: Person,
        limit: i64,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let told = self.ask(person, limit, true).await;
        let now = now.as_millis();
        let mut hours = self.lock();
        if hours.len() > PEOPLE {
            hours.retain(|_, hour| !hour.is_empty(now));
        }
        let hour = hours.entry(person).or_default();
        match told {
            // remembered here for the time when Redis is lost
            Some(Ok(())) => {
                hour.forget(now);
                hour.add(now);
                Ok(())
            }
            Some(Err(wait)) => Err(wait),
            None => hour.take(limit, now),
        }
    }

    /// Whether there is room for a request, which is not counted.
    pub(super) async fn look(
        &self,
        person: Person,
        limit: i64,
        now: Timestamp,
    ) -> Result<(), Duration> {
        if let Some(told) = self.ask(person, limit, false).await {
            return told;
        }
        match self.lock().get_mut(&person) {
            Some(hour) => hour.look(limit, now.as_millis()),
            None => Ok(()),
        }
    }

    /// What Redis says, when there is one that does.
    async fn ask(
        &self,
        (organisation, user): Person,
        limit: i64,
        counts: bool,
    ) -> Option<Result<(), Duration>> {
        let shared = self.shared.as_ref()?;
        shared.hour(&format!("{organisation}:{user}"), limit, counts).await
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Person, Hour>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The requests of one person: when, in milliseconds, and how many.
#[derive(Debug, Default)]
struct Hour {
    entries: VecDeque<(i64, i64)>,
    sum: i64,
}

impl Hour {
    fn forget(&mut self, now: i64) {
        // when somebody sets the clock back, nobody waits longer than an hour
        if self.entries.back().is_some_and(|(at, _)| *at > now) {
            for (at, _) in &mut self.entries {
                *at = now.min(*at);
            }
        }
        while let Some((at, count)) = self.entries.front().copied()
            && at <= now - HOUR_MS
        {
            self.sum -= count;
            self.entries.pop_front();
        }
    }

    fn look(&mut self, limit: i64, now: i64) -> Result<(), Duration> {
        self.forget(now);
        let mut over = self.sum + 1 - limit;
        if over <= 0 {
            return Ok(());
        }
        for (at, count) in &self.entries {
            over -= count;
            if over <= 0 {
                let wait = u64::try_from(at + HOUR_MS - now).unwrap_or(0);
                return Err(Duration::from_millis(wait));
            }
        }
        // nothing is ever allowed
        Err(Duration::from_millis(HOUR_MS.unsigned_abs()))
    }

    fn take(&mut self, limit: i64, now: i64) -> Result<(), Duration> {
        self.look(limit, now)?;
        self.add(now);
        Ok(())
    }

    fn add(&mut self, now: i64) {
        self.sum += 1;
        match self.entries.back_mut() {
            Some(last) if last.0 / GRAIN_MS == now / GRAIN_MS => *last = (now, last.1 + 1),
            _ => self.entries.push_back((now, 1)),
        }
    }

    fn is_empty(&mut self, now: i64) -> bool {
        self.forget(now);
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_795_246_200_000;

    #[test]
    fn an_hour_never_holds_more_than_the_limit() {
        let check = |limit: i64, asked: &[(i64, Result<(), i64>)]| {
            let mut hour = Hour::default();
            for (at, expected) in asked {
                let found = hour.take(limit, START + at).map_err(|wait| wait.as_millis() as i64);
                assert_eq!(found, *expected, "limit {limit}, at {at}");
            }
        };
        check(2, &[(0, Ok(())), (60_000, Ok(())), (120_000, Err(HOUR_MS - 120_000))]);
        // it slides: the first has left, the second has not
        check(2, &[(0, Ok(())), (60_000, Ok(())), (HOUR_MS, Ok(())), (HOUR_MS + 1, Err(59_999))]);
        // what was refused does not count
        check(1, &[(0, Ok(())), (1, Err(HOUR_MS - 1)), (2, Err(HOUR_MS - 2)), (HOUR_MS, Ok(()))]);
        // those of one second leave together with the last of them
        check(2, &[(0, Ok(())), (900, Ok(())), (HOUR_MS, Err(900)), (HOUR_MS + 900, Ok(()))]);
        // a clock that was set back keeps nobody out for longer than an hour
        check(1, &[(10 * HOUR_MS, Ok(())), (0, Err(HOUR_MS)), (HOUR_MS, Ok(()))]);
    }

    #[tokio::test]
    async fn people_count_for_themselves_and_looking_counts_nothing() {
        let hours = Hours::default();
        let person =
            |organisation, user| (OrganisationId::from_u128(organisation), UserId::from_u128(user));
        let now = Timestamp::from_millis(START);
        for one in [person(1, 1), person(1, 2), person(2, 1)] {
            assert!(hours.look(one, 1, now).await.is_ok() && hours.look(one, 1, now).await.is_ok());
            assert!(hours.take(one, 1, now).await.is_ok());
            let wait = Err(Duration::from_hours(1));
            assert_eq!(hours.look(one, 1, now).await, wait);
            assert_eq!(hours.take(one, 1, now).await, wait);
            // a higher limit acts at once
            assert!(hours.take(one, 2, now).await.is_ok());
        }
    }
}
