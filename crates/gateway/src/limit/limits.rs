//! The limits of keys, users and organisations, for calls of outside clients.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use web::App;

use super::shared::Shared;
use super::sql;
use super::turnstile::{Pass, Subject, TooMuch, Turnstile};

/// How long the limits of users and organisations are believed.
const BELIEVED: Duration = Duration::from_millis(900);

/// The limits. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Limits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    patience: Duration,
    turnstile: Turnstile,
    set: Mutex<HashMap<OrganisationId, Believed>>,
}

/// The limits of an organisation, and when they were read.
type Believed = (Timestamp, Arc<Vec<sql::Limit>>);

impl Limits {
    /// Limits of this process, or of all that share a Redis. `patience` is how long a call
    /// waits at most.
    pub(crate) fn new(app: &App, patience: Duration, shared: Option<Shared>) -> Self {
        let (app, set) = (app.clone(), Mutex::default());
        Self(Arc::new(Inner { app, patience, turnstile: Turnstile::new(shared), set }))
    }

    /// The limits that admins have set for the organisation and its users.
    pub(crate) async fn set(
        &self,
        organisation: OrganisationId,
    ) -> store::Result<Arc<Vec<sql::Limit>>> {
        let now = self.0.app.now();
        if let Some((read_at, set)) = self.0.lock().get(&organisation)
            && now >= *read_at
            && now.since(*read_at) < BELIEVED
        {
            return Ok(set.clone());
        }
        let mut tx = self.0.app.db.read().await?;
        let set = Arc::new(sql::all(&mut tx, organisation).await?);
        drop(tx);
        self.0.lock().insert(organisation, (now, set.clone()));
        Ok(set)
    }

    /// Lets a call of about `tokens` tokens pass all subjects, after a wait if need be.
    pub(crate) async fn pass(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
        tokens: i64,
    ) -> Result<Option<Pass>, TooMuch> {
        let passed = self.0.turnstile.pass(organisation, subjects, tokens, self.0.patience).await;
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
