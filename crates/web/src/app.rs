//! What every request can reach: the database, the ports for time and randomness, the
//! live bus and the tracker of background tasks.

use std::ops::Deref;
use std::sync::Arc;

use base::{Clock, Random, Timestamp};
use store::{Bus, Db};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{AllowedHosts, Authenticator, Things};

/// The parts of an [`App`], as the program or a test puts them together.
pub struct AppParts {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for ids and secrets.
    pub random: Arc<dyn Random>,
    /// The live bus.
    pub bus: Bus,
    /// Who is calling.
    pub authenticator: Arc<dyn Authenticator>,
    /// What the features keep, for others to name.
    pub things: Things,
    /// The hosts that this server answers for.
    pub hosts: AllowedHosts,
    /// Background tasks; all end before the program does.
    pub tasks: TaskTracker,
    /// Cancelled when the program is asked to stop.
    pub shutdown: CancellationToken,
    /// Whether cookies may demand HTTPS.
    pub is_https: bool,
}

/// The application's shared parts; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

impl App {
    /// Puts an application together.
    pub fn new(parts: AppParts) -> Self {
        Self(Arc::new(parts))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Starts a background task that is awaited before the program ends.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}
