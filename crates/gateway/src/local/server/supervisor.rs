//! Keeping one server running.
//!
//! Who calls [`Server::start`] holds the local model's permit, so there is one starter at a
//! time; the lock only guards the fields and is never held while waiting.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{OsRandom, Random as _, Secret};
use llm::{Endpoint, Error};
use tokio::time::{Instant, sleep_until, timeout};

use super::launch::{Launch, Started};
use super::log;
use super::ready::{self, NotReady};
use crate::local::hexadecimal;

/// How long a server may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(3);
/// A server that lived this long did not die of starting.
const STABLE: Duration = Duration::from_mins(1);
/// The longest wait before a server is started again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What the server is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::local) enum ServerState {
    /// There is none.
    Stopped,
    /// It loads this model.
    Loading { model: String },
    /// It serves this model.
    Running { model: String },
    /// It could not be started, or died, with this model.
    Failed { model: String, reason: String },
}

/// The supervised server.
#[derive(Debug)]
pub(in crate::local) struct Server {
    log: PathBuf,
    ready_within: Duration,
    restart_wait: Duration,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    running: Option<Running>,
    /// The state while nothing runs.
    resting: ServerState,
    /// How often it died in a row.
    deaths: u32,
    /// Not to be started before this.
    not_before: Option<Instant>,
    last_used: Instant,
}

#[derive(Debug)]
struct Running {
    started: Started,
    model: String,
    endpoint: Endpoint,
    since: Instant,
}

impl Server {
    pub(in crate::local) fn new(
        log: PathBuf,
        ready_within: Duration,
        restart_wait: Duration,
    ) -> Self {
        let inner = Inner {
            running: None,
            resting: ServerState::Stopped,
            deaths: 0,
            not_before: None,
            last_used: Instant::now(),
        };
        Self { log, ready_within, restart_wait, inner: Mutex::new(inner) }
    }

    /// What it is doing.
    pub(in crate::local) fn state(&self) -> ServerState {
        self.bury();
        let inner = self.lock();
        match &inner.running {
            Some(running) => ServerState::Running { model: running.model.clone() },
            None => inner.resting.clone(),
        }
    }

    /// Its process, while it runs.
    pub(in crate::local) fn process(&self) -> Option<u32> {
        self.lock().running.as_ref().and_then(|running| running.started.child.id())
    }

    /// Notes that it was used.
    pub(in crate::local) fn touch(&self) {
        self.lock().last_used = Instant::now();
    }

    /// The address of a server with this model, started if need be.
    pub(in crate::local) async fn start(&self, launch: &Launch) -> Result<Endpoint, Error> {
        self.bury();
        self.touch();
        {
            let inner = self.lock();
            if let Some(running) = &inner.running
                && running.model == launch.model
            {
                return Ok(running.endpoint.clone());
            }
        }
        self.stop().await;
        let not_before = self.lock().not_before;
        if let Some(until) = not_before {
            sleep_until(until).await;
        }
        self.launch(launch).await
    }

    async fn launch(&self, launch: &Launch) -> Result<Endpoint, Error> {
        let loading = Loading::begin(self, &launch.model);
        let outcome = self.spawn(launch).await;
        drop(loading);
        let mut inner = self.lock();
        match outcome {
            Ok(running) => {
                let endpoint = running.endpoint.clone();
                tracing::info!(model = launch.model, "the local model's server is ready");
                inner.running = Some(running);
                inner.resting = ServerState::Stopped;
                inner.last_used = Instant::now();
                Ok(endpoint)
            }
            Err(why) => {
                let (NotReady::Failed(reason) | NotReady::TooSlow(reason)) = &why;
                let reason = format!("the local model's server could not be started: {reason}");
                tracing::warn!(model = launch.model, "{reason}");
                self.died(&mut inner, &launch.model, &reason, Duration::ZERO);
                Err(match why {
                    NotReady::Failed(_) => Error::Overloaded { retry_after: None, message: reason },
                    // final for this call: its time was minutes, which a retry would add again
                    NotReady::TooSlow(_) => Error::ModelUnavailable {
                        model: format!("local/{}", launch.model),
                        message: reason,
                    },
                })
            }
        }
    }

    /// Dropping this future, as a cancelled call does, ends the half-started server.
    async fn spawn(&self, launch: &Launch) -> Result<Running, NotReady> {
        let port = free_port().map_err(|error| NotReady::Failed(error.to_string()))?;
        let key = random_key();
        let endpoint =
            Endpoint::new(format!("http://127.0.0.1:{port}/v1")).with_key(key.reveal().as_str());
        let mut started = launch
            .spawn(port, &key, &self.log)
            .await
            .map_err(|error| NotReady::Failed(format!("{}: {error}", launch.program)))?;
        ready::wait(&mut started.child, &endpoint, &launch.model, self.ready_within)
            .await
            .map_err(|why| match why {
                NotReady::Failed(reason) => NotReady::Failed(self.with_log(&reason)),
                NotReady::TooSlow(reason) => NotReady::TooSlow(self.with_log(&reason)),
            })?;
        Ok(Running { started, model: launch.model.clone(), endpoint, since: Instant::now() })
    }

    /// Stops it when nobody has used it for `idle`.
    pub(in crate::local) async fn stop_if_idle(&self, idle: Duration) {
        self.bury();
        let is_idle = {
            let inner = self.lock();
            inner.running.is_some() && inner.last_used.elapsed() >= idle
        };
        if is_idle {
            tracing::info!("stopping the local model's server, which nobody uses");
            self.stop().await;
        }
    }

    /// Stops it: it ends by itself when its lifeline closes, or is killed.
    pub(in crate::local) async fn stop(&self) {
        let Some(running) = self.lock().running.take() else { return };
        let Started { mut child, lifeline } = running.started;
        drop(lifeline);
        if timeout(FAREWELL, child.wait()).await.is_err()
            && let Err(error) = child.kill().await
        {
            tracing::warn!("the local model's server could not be stopped: {error}");
        }
    }

    /// Notes that a running server has died.
    fn bury(&self) {
        let mut inner = self.lock();
        let ended =
            inner.running.as_mut().and_then(|running| running.started.child.try_wait().transpose());
        let Some(ended) = ended else { return };
        let Some(running) = inner.running.take() else { return };
        let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
        let reason = self.with_log(&format!("the local model's server died with {how}"));
        tracing::warn!(model = running.model, "{reason}; it starts again with the next call");
        self.died(&mut inner, &running.model, &reason, running.since.elapsed());
    }

    /// The first death is forgiven; after each further one in a row the wait doubles.
    fn died(&self, inner: &mut Inner, model: &str, reason: &str, lived: Duration) {
        inner.deaths = if lived >= STABLE { 1 } else { inner.deaths.saturating_add(1) };
        let wait = match inner.deaths {
            0 | 1 => Duration::ZERO,
            deaths => self.restart_wait.saturating_mul(1 << (deaths - 2).min(10)),
        };
        inner.not_before = Some(Instant::now() + wait.min(LONGEST_WAIT));
        inner.resting = ServerState::Failed { model: model.to_owned(), reason: reason.to_owned() };
    }

    fn with_log(&self, reason: &str) -> String {
        match log::last_line(&self.log) {
            Some(line) => format!("{reason}; {} ends with: {line}", self.log.display()),
            None => reason.to_owned(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows that the server is loading, until it is dropped, even by a cancelled call.
struct Loading<'a>(&'a Server);

impl<'a> Loading<'a> {
    fn begin(server: &'a Server, model: &str) -> Self {
        server.lock().resting = ServerState::Loading { model: model.to_owned() };
        Self(server)
    }
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        self.0.lock().resting = ServerState::Stopped;
    }
}

/// A port that is free now. Somebody may take it before the server does; then the server
/// ends, and the next start tries another.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn random_key() -> Secret<String> {
    let mut bytes = [0_u8; 24];
    OsRandom.fill(&mut bytes);
    Secret::new(hexadecimal::text(&bytes))
}
