//! The limits of keys, users and organisations, for calls of outside clients and of executions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use store::Db;

use super::shared::Shared;
use super::sql;
use super::turnstile::{Pass, Subject, TooMuch, Turnstile};

/// How long the limits of users and organisations are believed.
const BELIEVED: Duration = Duration::from_millis(900);

/// The limits, and what has passed them. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Limits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    turnstile: Turnstile,
    set: Mutex<HashMap<OrganisationId, Believed>>,
}

/// The limits of an organisation, and when they were read.
type Believed = (Timestamp, Arc<Vec<sql::Limit>>);

impl Limits {
    /// Limits of this process, or of all that share a Redis.
    pub(crate) fn new(shared: Option<Shared>) -> Self {
        Self(Arc::new(Inner { turnstile: Turnstile::new(shared), set: Mutex::default() }))
    }

    /// Where all calls are counted, those of platforms too.
    pub(crate) fn turnstile(&self) -> &Turnstile {
        &self.0.turnstile
    }

    /// The limits that admins have set for the organisation and its users.
    pub(crate) async fn set(
        &self,
        db: &Db,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> store::Result<Arc<Vec<sql::Limit>>> {
        if let Some((read_at, set)) = self.0.lock().get(&organisation)
            && now >= *read_at
            && now.since(*read_at) < BELIEVED
        {
            return Ok(set.clone());
        }
        let mut tx = db.read().await?;
        let set = Arc::new(sql::all(&mut tx, organisation).await?);
        drop(tx);
        self.0.lock().insert(organisation, (now, set.clone()));
        Ok(set)
    }

    /// Lets a call of about `tokens` tokens pass all subjects, after a wait of at most
    /// `patience` if need be.
    pub(crate) async fn pass(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
        tokens: i64,
        patience: Duration,
    ) -> Result<Option<Pass>, TooMuch> {
        let passed = self.0.turnstile.pass(organisation, subjects, tokens, patience).await;
        let mut pass = passed?;
        if let Some(pass) = &mut pass {
            pass.goes();
        }
        Ok(pass)
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<OrganisationId, Believed>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
