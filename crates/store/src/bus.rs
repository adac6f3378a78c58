//! The live bus: hints that something was committed, for streams that are open right now.
//! It may lose messages; whoever listens reads the truth from SQL and uses a signal only
//! to know when to look.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base::{ExecutionId, OrganisationId};
use tokio::sync::broadcast;

/// How many signals a slow listener may be behind before it is told to look at SQL again.
const CAPACITY: usize = 4096;

/// A hint that there is something new.
#[derive(Debug, Clone)]
pub enum Signal {
    /// The journal of an execution grew.
    Journal {
        /// The tenant.
        organisation: OrganisationId,
        /// Whose journal.
        execution: ExecutionId,
    },
    /// Something live that is never stored: a piece of streamed text, a call that began.
    Live {
        /// The tenant.
        organisation: OrganisationId,
        /// The execution it belongs to.
        execution: ExecutionId,
        /// The event's name on the stream.
        kind: &'static str,
        /// The event's data.
        data: Arc<serde_json::Value>,
    },
    /// The outbox grew for a topic, such as `project/prj_…`.
    Outbox {
        /// The tenant.
        organisation: OrganisationId,
        /// The topic.
        topic: String,
    },
    /// Rights changed: streams must check their caller again.
    Rights {
        /// The tenant.
        organisation: OrganisationId,
    },
}

/// The bus of this process.
#[derive(Debug, Clone)]
pub struct Bus {
    signals: broadcast::Sender<Signal>,
    changes: Arc<AtomicU64>,
}

impl Default for Bus {
    fn default() -> Self {
        Self { signals: broadcast::Sender::new(CAPACITY), changes: Arc::default() }
    }
}

impl Bus {
    /// Tells everyone who listens; nobody listening is fine.
    pub fn send(&self, signal: Signal) {
        if matches!(signal, Signal::Rights { .. }) {
            self.changes.fetch_add(1, Ordering::Release);
        }
        drop(self.signals.send(signal));
    }

    /// Listens from now on. `Lagged` means: look at SQL again.
    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    /// How often rights changed. Whoever remembers what SQL said of them keeps this number
    /// with it: unlike a signal, the number has changed when the one who changed them is
    /// answered.
    pub fn changes_of_rights(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}
