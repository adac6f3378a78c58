//! The counts of one process, and letting calls pass them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::OrganisationId;
use foldhash::HashMap;
use tokio::time::{Instant, sleep};

use super::count::{Count, Name, counts};
use super::shared::{Counted, Shared};
use super::window::{LATE_MS, Window};

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

impl Subject {
    /// A subject, if anything limits it.
    pub(crate) fn limited(
        kind: &'static str,
        id: &str,
        requests: Option<i64>,
        tokens: Option<i64>,
    ) -> Option<Self> {
        let is_limited = requests.is_some() || tokens.is_some();
        is_limited.then(|| Self { kind, id: id.to_owned(), requests, tokens })
    }
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
    /// `minute` or `day`.
    pub(crate) per: &'static str,
    /// After which it may come again; `None` when it never fits.
    pub(crate) retry_after: Option<Duration>,
}

/// What passes, counted in this process or in all that share a Redis. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Turnstile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    start: Instant,
    shared: Option<Shared>,
    windows: Mutex<HashMap<Name, Window>>,
}

/// A call that was let through. Dropping it before it went gives its place up.
#[derive(Debug)]
pub(crate) struct Pass {
    turnstile: Arc<Inner>,
    place: Place,
    tokens: i64,
    counts: Vec<Count>,
    has_gone: bool,
}

/// Where a call was counted.
#[derive(Debug)]
enum Place {
    /// In this process, at this moment.
    Here(i64),
    /// In Redis.
    There(Counted),
}

impl Turnstile {
    /// A turnstile that has counted nothing yet.
    pub(crate) fn new(shared: Option<Shared>) -> Self {
        Self(Arc::new(Inner { start: Instant::now(), shared, windows: Mutex::default() }))
    }

    /// Lets a call of about `tokens` tokens pass all subjects, after a wait of at most
    /// `patience`. Whoever comes later goes later.
    pub(crate) async fn pass(
        &self,
        organisation: OrganisationId,
        subjects: &[Subject],
        tokens: i64,
        patience: Duration,
    ) -> Result<Option<Pass>, TooMuch> {
        let counts = counts(organisation, subjects, tokens);
        if counts.is_empty() {
            return Ok(None);
        }
        if let Some(shared) = &self.0.shared {
            let patience = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX / 4);
            match shared.pass(&counts, patience).await {
                Ok(Ok((counted, wait))) => {
                    let turnstile = self.0.clone();
                    let place = Place::There(counted);
                    let pass = Pass { turnstile, place, tokens, counts, has_gone: false };
                    sleep(wait).await;
                    return Ok(Some(pass));
                }
                Ok(Err((index, wait))) => {
                    return Err(too_much(&counts[index], wait));
                }
                // each process counts for itself until Redis is back
                Err(_) => {}
            }
        }
        Ok(Some(self.0.place(counts, tokens, patience)?.wait().await))
    }
}

fn too_much(count: &Count, retry_after: Option<Duration>) -> TooMuch {
    let Count { name, limit, .. } = count;
    let (subject, what, limit) = (name.subject(), name.what, *limit);
    TooMuch { subject, what, limit, per: "minute", retry_after }
}

impl Inner {
    fn now(&self) -> i64 {
        // a minute before the start, so that nothing lies before zero
        i64::try_from(self.start.elapsed().as_millis()).unwrap_or(i64::MAX / 2) + 60_000
    }

    /// Finds the first moment at which all windows have room, and takes it.
    fn place(
        self: &Arc<Self>,
        counts: Vec<Count>,
        tokens: i64,
        patience: Duration,
    ) -> Result<Pass, TooMuch> {
        let now = self.now();
        let patience = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX / 4);
        let mut windows = self.lock();
        if windows.len() > WINDOWS {
            windows.retain(|_, window| !window.is_empty(now));
        }
        let mut at = now;
        loop {
            let before = at;
            for count in &counts {
                let window = of(&mut windows, &count.name);
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
        for count in &counts {
            of(&mut windows, &count.name).add(at, count.amount);
        }
        drop(windows);
        let (turnstile, place) = (self.clone(), Place::Here(at));
        Ok(Pass { turnstile, place, tokens, counts, has_gone: false })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Name, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The window of this name; its name is only copied when it is new.
fn of<'a>(windows: &'a mut HashMap<Name, Window>, name: &Name) -> &'a mut Window {
    if !windows.contains_key(name) {
        windows.insert(name.clone(), Window::default());
    }
    windows.get_mut(name).expect("it was just put there")
}

impl Pass {
    /// Waits for its moment.
    async fn wait(self) -> Self {
        if let Place::Here(at) = self.place
            && let Ok(wait) = u64::try_from(at - self.turnstile.now())
            && wait > 0
        {
            sleep(Duration::from_millis(wait)).await;
        }
        self
    }

    /// The same at the latest now: a call that was held up after its moment takes another
    /// one, so that what providers see in a minute is what was counted in it.
    pub(crate) async fn again(self, patience: Duration) -> Result<Self, TooMuch> {
        // the clock of Redis has room for those who are late
        let Place::Here(at) = self.place else { return Ok(self) };
        if self.turnstile.now() - at <= LATE_MS {
            return Ok(self);
        }
        let (turnstile, counts, tokens) =
            (self.turnstile.clone(), self.counts.clone(), self.tokens);
        drop(self);
        Ok(turnstile.place(counts, tokens, patience)?.wait().await)
    }

    /// The call goes; its place is used.
    pub(crate) fn goes(&mut self) {
        self.has_gone = true;
    }

    /// Corrects the tokens, now that they are known.
    pub(crate) fn used(&mut self, tokens: i64) {
        self.change(tokens - self.tokens, 0);
        self.tokens = tokens;
    }

    fn change(&mut self, tokens: i64, requests: i64) {
        let change = |count: &Count| if count.name.what == "tokens" { tokens } else { requests };
        let at = match &self.place {
            Place::There(counted) => return counted.correct(&mut self.counts, change),
            Place::Here(at) => *at,
        };
        let mut windows = self.turnstile.lock();
        for count in &self.counts {
            let change = change(count);
            if change != 0
                && let Some(window) = windows.get_mut(&count.name)
            {
                window.correct(at, change);
            }
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.has_gone {
            self.change(-self.tokens, -1);
        }
    }
}
