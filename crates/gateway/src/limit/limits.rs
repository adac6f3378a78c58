//! The limits of keys, users and organisations, for calls of outside clients and of executions.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{CallId, OrganisationId, Timestamp};
use foldhash::HashMap;
use store::Db;

use super::admission::Admission;
use super::day::{DayCaps, Days, midnight};
use super::shared::Shared;
use super::sql;
use super::turnstile::{Subject, TooMuch, Turnstile};

/// How long the limits of users and organisations are believed.
const BELIEVED: Duration = Duration::from_millis(900);

/// The limits, and what has passed them. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Limits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    turnstile: Turnstile,
    days: Days,
    set: Mutex<HashMap<OrganisationId, Believed>>,
}

/// The limits of an organisation, and when they were read.
type Believed = (Timestamp, Arc<Vec<sql::Limit>>);

impl Limits {
    /// Limits of this process, or of all that share a Redis.
    pub(crate) fn new(shared: Option<Shared>) -> Self {
        let days = Days::new(shared.clone());
        Self(Arc::new(Inner { turnstile: Turnstile::new(shared), days, set: Mutex::default() }))
    }

    /// Where all calls are counted, those of platforms too.
    pub(crate) fn turnstile(&self) -> &Turnstile {
        &self.0.turnstile
    }

    /// The limits that admins have set for the organisation and its users. `unsent` are the
    /// calls that the ledger may have and that are counted when they pass.
    pub(crate) async fn set(
        &self,
        db: &Db,
        organisation: OrganisationId,
        now: Timestamp,
        unsent: impl FnOnce() -> HashSet<CallId>,
    ) -> store::Result<Arc<Vec<sql::Limit>>> {
        if let Some((read_at, set)) = self.0.lock().get(&organisation)
            && now >= *read_at
            && now.since(*read_at) < BELIEVED
        {
            return Ok(set.clone());
        }
        let mut tx = db.read().await?;
        let set = Arc::new(sql::all(&mut tx, organisation).await?);
        let has_day = day_caps(&set).is_some();
        if has_day && !self.0.days.knows(organisation) {
            let since = midnight(now);
            let mut used = sql::used_since(&mut tx, organisation, since).await?;
            let running = sql::running_since(&mut tx, organisation, since).await?;
            let unsent = unsent();
            for (_, one) in running.into_iter().filter(|(id, _)| !unsent.contains(id)) {
                used += one;
            }
            self.0.days.begin(organisation, used, now);
        }
        drop(tx);
        if !has_day {
            self.0.days.forget(organisation).await;
        }
        self.0.lock().insert(organisation, (now, set.clone()));
        Ok(set)
    }

    /// Lets a call of about `tokens` tokens pass the organisation's day, and after a wait of at
    /// most `patience` if need be all subjects. It counts for the day on which it came.
    pub(crate) async fn pass(
        &self,
        organisation: OrganisationId,
        (subjects, day): (&[Subject], Option<DayCaps>),
        tokens: i64,
        patience: Duration,
        now: Timestamp,
    ) -> Result<Option<Admission>, TooMuch> {
        let day = match day {
            Some(caps) => Some(self.0.days.take(organisation, caps, tokens, now).await?),
            None => None,
        };
        let minute = self.0.turnstile.pass(organisation, subjects, tokens, patience).await?;
        Ok(Admission::of(minute, day, tokens))
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<OrganisationId, Believed>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the organisation may use in a day, if anything bounds that.
pub(crate) fn day_caps(set: &[sql::Limit]) -> Option<DayCaps> {
    let limit = set.iter().find(|limit| limit.scope_id.is_empty())?;
    let (requests, tokens) = (limit.requests_per_day, limit.tokens_per_day);
    let caps = DayCaps { requests, tokens, is_request: true };
    (caps.requests.is_some() || caps.tokens.is_some()).then_some(caps)
}

/// Whose limits a call on the account of this user falls under, of those that admins have set.
pub(crate) fn subjects<'a>(
    set: &'a [sql::Limit],
    user: Option<&'a str>,
) -> impl Iterator<Item = Subject> + 'a {
    let is_ours =
        move |limit: &&sql::Limit| limit.scope_id.is_empty() || Some(&*limit.scope_id) == user;
    set.iter().filter(is_ours).filter_map(|limit| {
        let kind = if limit.scope == "user" { "user" } else { "organisation" };
        let (requests, tokens) = (limit.requests_per_minute, limit.tokens_per_minute);
        Subject::limited(kind, &limit.scope_id, requests, tokens)
    })
}
