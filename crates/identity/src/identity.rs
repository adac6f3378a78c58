//! The check of every credential: a session token or an API key becomes a caller.

use std::sync::Arc;
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use futures::future::BoxFuture;
use store::{Bus, Signal};
use web::{App, Authenticator, Caller, CallerKind, Credential, Denial, Result};

use crate::cache::{Cache, Found};
use crate::{api_key, audit, session, token};

/// How often the time of last use is written; more often would cost a commit per request.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// How long a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// It ends when it was not used for this long.
    pub idle: Duration,
    /// It ends this long after signing in, used or not.
    pub absolute: Duration,
}

impl Default for Lifetimes {
    /// 8 hours unused, 7 days at most: a working day and a working week. ASVS 7.3 leaves
    /// the figures to the deployment; shorter ones are set in the configuration.
    fn default() -> Self {
        Self { idle: Duration::from_secs(8 * 3600), absolute: Duration::from_secs(7 * 24 * 3600) }
    }
}

/// Checks credentials and remembers them for less than a second. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Identity(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    lifetimes: Lifetimes,
    cache: Cache,
}

/// A credential that was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub caller: Caller,
    pub used_at: Option<Timestamp>,
}

impl Identity {
    /// The check with these lifetimes of sessions.
    pub fn new(lifetimes: Lifetimes) -> Self {
        Self(Arc::new(Inner { lifetimes, cache: Cache::default() }))
    }

    /// Call it after every commit that changed somebody's rights: what was remembered is
    /// forgotten and open streams check their caller again.
    pub fn rights_changed(&self, bus: &Bus, organisation: OrganisationId) {
        self.0.cache.forget(organisation);
        bus.send(Signal::Rights { organisation });
    }

    pub(crate) fn lifetimes(&self) -> Lifetimes {
        self.0.lifetimes
    }

    async fn check(&self, app: &App, credential: Credential) -> Result<Option<Caller>> {
        let (text, is_session) = match &credential {
            Credential::Session(token) => (token.reveal(), true),
            Credential::ApiKey(key) => (key.reveal(), false),
        };
        let is_plausible =
            if is_session { token::is_secret(text) } else { api_key::is_well_formed(text) };
        if !is_plausible {
            return Ok(None);
        }
        let (hash, now) = (token::hash(text), app.now());
        let generation = match self.0.cache.find(&hash, now) {
            Found::Caller(caller) => return Ok(Some(caller)),
            Found::Unknown { generation } => generation,
        };
        let mut tx = app.db.read().await?;
        let accepted = if is_session {
            session::accept(&mut tx, &hash, self.0.lifetimes.idle, now).await?
        } else {
            api_key::accept(&mut tx, &hash, now).await?
        };
        drop(tx);
        let Some(accepted) = accepted else { return Ok(None) };
        self.0.cache.keep(hash, &accepted.caller, generation, now);
        touch(app, &accepted, now);
        Ok(Some(accepted.caller))
    }
}

/// Writes the time of last use in the background: the request does not wait for the disk.
fn touch(app: &App, accepted: &Accepted, now: Timestamp) {
    if accepted.used_at.is_some_and(|at| now.since(at) < TOUCH_EVERY) {
        return;
    }
    let (db, organisation, kind) =
        (app.db.clone(), accepted.caller.organisation, accepted.caller.kind);
    let before = now.minus(TOUCH_EVERY);
    app.spawn(async move {
        let written = db
            .write(move |tx| {
                Box::pin(async move {
                    match kind {
                        CallerKind::Session(id) => {
                            session::touch(tx, organisation, id, before, now).await
                        }
                        CallerKind::ApiKey(id) => {
                            api_key::touch(tx, organisation, id, before, now).await
                        }
                    }
                })
            })
            .await;
        if let Err(error) = written {
            tracing::warn!("the time of last use of a credential was not written: {error}");
        }
    });
}

impl Authenticator for Identity {
    fn authenticate<'a>(
        &'a self,
        app: &'a App,
        credential: Credential,
    ) -> BoxFuture<'a, Result<Option<Caller>>> {
        Box::pin(self.check(app, credential))
    }

    fn is_still_let_in<'a>(
        &'a self,
        app: &'a App,
        caller: &'a Caller,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let (organisation, now) = (caller.organisation, app.now());
            let mut tx = app.db.glance().await?;
            let found = match caller.kind {
                CallerKind::Session(id) => {
                    session::find(&mut tx, organisation, id, self.0.lifetimes.idle, now).await?
                }
                CallerKind::ApiKey(id) => api_key::find(&mut tx, organisation, id, now).await?,
            };
            Ok(found.is_some_and(|found| found.permissions == caller.permissions))
        })
    }

    fn record_denial<'a>(&'a self, app: &'a App, denial: Denial) -> BoxFuture<'a, ()> {
        Box::pin(audit::record_denial(app, denial))
    }
}
