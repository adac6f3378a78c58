//! The limits of one process, and letting calls pass.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use tokio::time::{Instant, sleep};
use web::App;

use super::shared::{Count, Shared};
use super::sql;
use super::window::Window;

/// How long the limits of users and organisations are believed.
const BELIEVED: Duration = Duration::from_millis(900);
/// How many windows are remembered before idle ones are dropped.
const WINDOWS: usize = 10_000;

/// What is limited: a provider, a key, a user or the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) requests: Option<i64>,
    pub(crate) tokens: Option<i64>,
}

/// A call that has to wait too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TooMuch {
    /// Whose limit it is.
    pub(crate) subject: String,
    /// `requests` or `tokens`.
    pub(crate) what: &'static str,
    /// The limit.
    pub(crate) limit: i64,
    /// After which it may come again; `None` when it never fits.
    pub(crate) retry_after: Option<Duration>,
}

/// The limits. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Limits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    start: Instant,
    patience: Duration,
    shared: Option<Shared>,
    windows: Mutex<Windows>,
}

#[derive(Debug, Default)]
struct Windows {
    windows: HashMap<Name, Window>,
    set: HashMap<OrganisationId, (Timestamp, Arc<Vec<sql::Limit>>)>,
}

/// A window's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    organisation: OrganisationId,
    kind: &'static str,
    id: String,
    what: &'static str,
}

/// A call that was let through. Dropping it while it waits gives its place up.
#[derive(Debug)]
pub(crate) struct Pass {
    limits: Arc<Inner>,
    at: i64,
    tokens: i64,
    windows: Vec<Name>,
    is_waiting: bool,
}

impl Limits {
    /// Limits of this process, or of all that share a Redis. `patience` is how long a call
    /// waits at most.
    pub(crate) fn new(app: &App, patience: Duration, shared: Option<Shared>) -> Self {
        Self(Arc::new(Inner {
            app: app.clone(),
            start: Instant::now(),
            patience,
            shared,
            windows: Mutex::default(),
        }))
    }

    /// The limits that admins have set for the organisation and its users.
    pub(crate) async fn set(
        &self,
        organisation: OrganisationId,
    ) -> store::Result<Arc<Vec<sql::Limit>>> {
        let now = self.0.app.now();
        if let Some((read_at, set)) = self.0.lock().set.get(&organisation)
            && now >= *read_at
            && now.since(*read_at) < BELIEVED
        {
            return Ok(set.clone());
        }
        let mut tx = self.0.app.db.read().await?;
        let set = Arc::new(sql::all(&mut tx, organisation).await?);
        drop(tx);
        self.0.lock().set.insert(organisation, (now, set.clone()));
        Ok(set)
    }

    /// Lets a call of about `tokens` tokens pass all subjects, after a wait if need be.
    pub(crate) async fn pass(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
        tokens: i64,
    ) -> Result<Option<Pass>, TooMuch> {
        let counts = counts(organisation, subjects, tokens);
        if counts.is_empty() {
            return Ok(None);
        }
        if let Some(shared) = &self.0.shared {
            let patience = i64::try_from(self.0.patience.as_millis()).unwrap_or(i64::MAX);
            let asked: Vec<Count> = counts.iter().map(|(_, count)| count.clone()).collect();
            match shared.pass(&asked, patience).await {
                Ok(Ok(wait)) => {
                    sleep(wait).await;
                    return Ok(None);
                }
                Ok(Err((index, wait))) => {
                    return Err(too_much(&counts[index].1, wait));
                }
                // each process counts for itself until Redis is back
                Err(_) => {}
            }
        }
        let mut pass = self.0.place(&counts, tokens)?;
        let wait = pass.at - self.0.now();
        if let Ok(wait) = u64::try_from(wait)
            && wait > 0
        {
            sleep(Duration::from_millis(wait)).await;
        }
        pass.is_waiting = false;
        Ok(Some(pass))
    }
}

fn counts(organisation: OrganisationId, subjects: &[Subject], tokens: i64) -> Vec<(Name, Count)> {
    let mut counts = Vec::new();
    for subject in subjects {
        let both = [("requests", subject.requests, 1), ("tokens", subject.tokens, tokens)];
        for (what, limit, amount) in both {
            let Some(limit) = limit else { continue };
            let name = Name { organisation, kind: subject.kind, id: subject.id.clone(), what };
            let key =
                format!("hishamos:limit:{organisation}:{}:{}:{what}", subject.kind, subject.id);
            let label = format!("{} {}", subject.kind, subject.id);
            counts.push((name, Count { key, label, what, amount, limit }));
        }
    }
    counts
}

fn too_much(count: &Count, retry_after: Option<Duration>) -> TooMuch {
    TooMuch { subject: count.label.clone(), what: count.what, limit: count.limit, retry_after }
}

impl Inner {
    fn now(&self) -> i64 {
        // a minute before the start, so that nothing lies before zero
        i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX / 2) + 60_000
    }

    /// Finds the first moment at which all windows have room, and takes it.
    fn place(self: &Arc<Self>, counts: &[(Name, Count)], tokens: i64) -> Result<Pass, TooMuch> {
        let now = self.now();
        let patience = i64::try_from(self.patience.as_millis()).unwrap_or(i64::MAX / 4);
        let mut windows = self.lock();
        windows.tidy(now);
        let mut at = now;
        loop {
            let before = at;
            for (name, count) in counts {
                let window = windows.windows.entry(name.clone()).or_default();
                let Some(free) = window.free_at(now, at, count.amount, count.limit) else {
                    return Err(too_much(count, None));
                };
                if free - now > patience {
                    let wait = u64::try_from(free - now).unwrap_or(0);
                    return Err(too_much(count, Some(Duration::from_millis(wait))));
                }
                at = free;
            }
            if at == before {
                break;
            }
        }
        let mut names = Vec::with_capacity(counts.len());
        for (name, count) in counts {
            windows.windows.entry(name.clone()).or_default().add(at, count.amount);
            names.push(name.clone());
        }
        drop(windows);
        Ok(Pass { limits: self.clone(), at, tokens, windows: names, is_waiting: true })
    }

    fn lock(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Windows {
    fn tidy(&mut self, now: i64) {
        if self.windows.len() > WINDOWS {
            self.windows.retain(|_, window| !window.is_empty(now));
        }
    }
}

impl Pass {
    /// Corrects the tokens, now that they are known.
    pub(crate) fn used(&self, tokens: i64) {
        self.change(tokens - self.tokens, 0);
    }

    fn change(&self, tokens: i64, requests: i64) {
        let mut windows = self.limits.lock();
        for name in &self.windows {
            let change = if name.what == "tokens" { tokens } else { requests };
            if change != 0
                && let Some(window) = windows.windows.get_mut(name)
            {
                window.correct(self.at, change);
            }
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.is_waiting {
            self.change(-self.tokens, -1);
        }
    }
}
