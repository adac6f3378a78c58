//! How the rest of the program talks to the runner.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use base::{ExecutionId, OrganisationId, ResultId, Timestamp, Usage, UserId, VirtualKeyId};
use engine::expression::size;
use engine::{AttemptKey, Event, Failure, Input, LinkMode, Plan, Rejected, State};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::Tx;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::change::Head;
use super::ends::Ends;
use super::waits::Waits;
use crate::dispatch::{History, Wanted};

/// How much news may wait before senders are held back.
const INBOX: usize = 8192;

/// How many executions people and programs may be starting at the same time. Whoever comes
/// beyond that is told to come again, which costs less than letting everybody wait.
const STARTING: usize = 512;

/// What the runner is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunnerState {
    /// It reads the journals of what was not finished.
    Starting,
    /// It drives executions.
    Active,
    /// Another process holds the engine role; this one would take over.
    Standby,
    /// It has ended.
    Stopped,
}

/// An execution to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewExecution {
    pub organisation: OrganisationId,
    pub id: ExecutionId,
    pub plan: Plan,
    pub definition: String,
    pub workflow_slug: String,
    pub workflow_name: String,
    pub workflow_revision: Option<i64>,
    pub project: Option<String>,
    pub charge: Charge,
    pub title: String,
    pub inputs: Json,
    pub model: Option<String>,
    pub priority: String,
    pub starter: Starter,
    pub seed: u64,
    /// What started it: `manual`, `api`, `schedule`, `webhook`, `event`, `workflow`, `retry`, …
    pub trigger: &'static str,
    /// The step that waits for it.
    pub parent: Option<Parent>,
    /// The ended execution that it continues, with its first facts.
    pub link: Option<Box<Link>>,
    /// Which executions it may not run beside.
    pub group: Option<Group>,
    /// How many executions stand above it: as its parents, or as what caused the event that
    /// started it.
    pub depth: i64,
    /// What becomes durable together with it, also when it is there already.
    pub beside: Option<Beside>,
    /// What becomes durable together with it, if it is new.
    pub audit: Option<Beside>,
}

/// What an execution is about beside its project: budgets of these pay for it, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Charge {
    /// The key of a work item.
    #[serde(default)]
    pub item: Option<String>,
    /// The key of the item's epic.
    #[serde(default)]
    pub epic: Option<String>,
    /// The name of a sprint.
    #[serde(default)]
    pub sprint: Option<String>,
}

impl Charge {
    /// Itself, unless it names nothing.
    pub(crate) fn some(&self) -> Option<&Self> {
        (*self != Self::default()).then_some(self)
    }
}

/// A write that belongs to a change of an execution: it is done in the same transaction.
#[derive(Clone)]
pub(crate) struct Beside(Arc<BesideWrite>);

type BesideWrite =
    dyn for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, store::Result<()>> + Send + Sync + 'static;

impl Beside {
    pub(crate) fn new(
        write: impl for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, store::Result<()>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(write))
    }

    pub(super) async fn write(&self, tx: &mut Tx) -> store::Result<()> {
        (self.0)(tx).await
    }
}

impl std::fmt::Debug for Beside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Beside")
    }
}

/// The step of another execution that an execution is the work of.
#[derive(Debug, Clone)]
pub(crate) struct Parent {
    pub execution: ExecutionId,
    pub step: String,
    pub key: AttemptKey,
}

/// How an execution continues an ended one.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub execution: ExecutionId,
    pub mode: LinkMode,
    pub state: State,
    pub events: Vec<Event>,
}

/// A concurrency group and how many of it may run at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub name: String,
    pub limit: usize,
    pub cancels: bool,
}

/// Who started an execution.
#[derive(Debug, Clone, Default)]
pub(crate) struct Starter {
    pub kind: &'static str,
    pub id: String,
    pub name: String,
    /// The virtual key of an outside client; its budgets pay too.
    pub key: Option<VirtualKeyId>,
    /// Who made the trigger, where it was one.
    pub behind: Option<UserId>,
}

impl Starter {
    /// The person for whom it is: who asked for it, or made the trigger that did.
    pub(crate) fn person(&self) -> Option<UserId> {
        self.behind.or_else(|| self.id.parse().ok())
    }

    /// The kind that a row holds.
    pub(crate) fn kind(stored: &str) -> &'static str {
        const KNOWN: [&str; 5] = ["api_key", "virtual_key", "schedule", "webhook", "event"];
        KNOWN.into_iter().find(|known| *known == stored).unwrap_or("user")
    }
}

/// An execution that was made, as it stands in the database.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub at: Timestamp,
    pub head: Head,
}

/// Why an execution was not made.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StartError {
    #[error("an execution with this id exists already")]
    Exists,
    #[error(
        "{0} executions have not ended yet, as many as this server takes; wait for some to end, cancel some, or raise limits.open_executions"
    )]
    Full(usize),
    #[error(
        "a place in the concurrency group \"{0}\" becomes free only when executions have ended that wait for this one's; let workflows take places in these groups in the same order"
    )]
    Circle(String),
    #[error("{0}")]
    Unavailable(String),
}

/// Why an input was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum InputError {
    #[error("there is no such execution under way")]
    Unknown,
    #[error(transparent)]
    Rejected(#[from] Rejected),
    #[error("{0}")]
    Unavailable(String),
}

/// Too many executions are being started at the same time.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("more executions are being started than can be recorded; try again in a second")]
pub(crate) struct Crowded;

impl From<Crowded> for web::Error {
    fn from(crowded: Crowded) -> Self {
        Self::rate_limited(crowded.to_string(), Duration::from_secs(1))
    }
}

impl Message {
    /// About how many bytes it will write.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Create { execution, .. } => execution.definition.len() + size(&execution.inputs),
            Self::Completed { output: value, .. } | Self::Heard { event: value, .. } => size(value),
            Self::Input { input: Input::Signal { payload, .. }, .. } => size(payload),
            Self::Input { .. }
            | Self::Failed { .. }
            | Self::Told { .. }
            | Self::Histories { .. } => 0,
        }
    }

    /// Whether what becomes of it depends on who listens to events of the system, which is
    /// known of a change only once it is durable.
    pub(super) const fn asks_who_listens(&self) -> bool {
        matches!(self, Self::Told { .. } | Self::Input { input: Input::Resume { .. }, .. })
    }
}

/// What is recorded beside the output of a finished attempt.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResultNote {
    pub id: Option<ResultId>,
    pub agent: Option<String>,
    pub command: Option<String>,
    pub prompt_hash: Option<String>,
    pub summary: String,
    pub scripted: bool,
    pub usage: Usage,
    pub model: Option<String>,
}

/// News for the runner.
pub(crate) enum Message {
    Create {
        execution: Box<NewExecution>,
        reply: oneshot::Sender<Result<Made, StartError>>,
    },
    Input {
        id: ExecutionId,
        input: Input,
        beside: Option<Beside>,
        reply: oneshot::Sender<Result<(), InputError>>,
    },
    Completed {
        id: ExecutionId,
        key: AttemptKey,
        output: Json,
        note: Box<ResultNote>,
    },
    Failed {
        id: ExecutionId,
        key: AttemptKey,
        failure: Failure,
    },
    /// What an attempt waits for happened in the system.
    Heard {
        id: ExecutionId,
        key: AttemptKey,
        event: Json,
    },
    /// Whoever waits for events of the system was told of everything before this, if the
    /// runner is the one of this number.
    Told {
        at: Timestamp,
        era: u64,
    },
    /// What agents have done so far, so that one of them can be chosen.
    Histories {
        id: ExecutionId,
        key: AttemptKey,
        wanted: Wanted,
        histories: Result<HashMap<String, History>, Failure>,
    },
}

/// The runner's address. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Handle {
    inbox: mpsc::Sender<Message>,
    state: Arc<AtomicU8>,
    ends: Ends,
    waits: Waits,
    starting: Arc<Semaphore>,
}

/// A place among those who start executions; keep it until the execution is durable.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

pub(super) fn channel() -> (Handle, mpsc::Receiver<Message>) {
    let (sender, receiver) = mpsc::channel(INBOX);
    let handle = Handle {
        inbox: sender,
        state: Arc::new(AtomicU8::new(0)),
        ends: Ends::default(),
        waits: Waits::default(),
        starting: Arc::new(Semaphore::new(STARTING)),
    };
    (handle, receiver)
}

impl Handle {
    /// A place among those who start executions.
    pub(crate) fn admit(&self) -> Result<Place, Crowded> {
        if let Ok(permit) = self.starting.clone().try_acquire_owned() {
            return Ok(Place { _permit: permit });
        }
        metrics::counter!("hishamos_starts_refused_total").increment(1);
        Err(Crowded)
    }

    /// Makes an execution; when this returns it is durable.
    pub(crate) async fn create(&self, execution: NewExecution) -> Result<Made, StartError> {
        let unavailable = || StartError::Unavailable(self.why_unavailable());
        if self.state() != RunnerState::Active {
            return Err(unavailable());
        }
        self.create_inside(execution).await
    }

    /// The same for the runner's own work, which may begin before it has read everything that
    /// was unfinished.
    pub(super) async fn create_inside(&self, execution: NewExecution) -> Result<Made, StartError> {
        let unavailable = || StartError::Unavailable(self.why_unavailable());
        let (reply, answer) = oneshot::channel();
        let message = Message::Create { execution: Box::new(execution), reply };
        self.inbox.send(message).await.map_err(|_| unavailable())?;
        answer.await.map_err(|_| unavailable())?
    }

    /// Gives an execution an input from a person; when this returns it is durable, with what
    /// stands beside it.
    pub(crate) async fn input(
        &self,
        id: ExecutionId,
        input: Input,
        beside: Option<Beside>,
    ) -> Result<(), InputError> {
        let unavailable = || InputError::Unavailable(self.why_unavailable());
        if self.state() != RunnerState::Active {
            return Err(unavailable());
        }
        let (reply, answer) = oneshot::channel();
        let message = Message::Input { id, input, beside, reply };
        self.inbox.send(message).await.map_err(|_| unavailable())?;
        answer.await.map_err(|_| unavailable())?
    }

    /// Tells how an attempt ended. A stopped runner finds it unfinished at the next start.
    pub(super) async fn tell(&self, message: Message) {
        if self.inbox.send(message).await.is_err() {
            tracing::info!(
                "the runner has stopped; an attempt's end will be found at the next start"
            );
        }
    }

    /// Tells an attempt of an event that it waits for. A runner that stops before that is
    /// durable is followed by one that finds the event again.
    pub(crate) async fn hear(&self, id: ExecutionId, key: AttemptKey, event: Json) {
        self.tell(Message::Heard { id, key, event }).await;
    }

    /// Tells the runner of this number that whoever waits for events has been told of everything
    /// that happened before this: those whose time was over by then have waited in vain.
    pub(crate) async fn told(&self, era: u64, at: Timestamp) {
        self.tell(Message::Told { at, era }).await;
    }

    /// Those who wait for events of the system.
    pub(crate) const fn waits(&self) -> &Waits {
        &self.waits
    }

    /// Those who wait for executions to end.
    pub(crate) const fn ends(&self) -> &Ends {
        &self.ends
    }

    /// What the runner is doing.
    pub(crate) fn state(&self) -> RunnerState {
        match self.state.load(Ordering::Acquire) {
            0 => RunnerState::Starting,
            1 => RunnerState::Active,
            2 => RunnerState::Standby,
            _ => RunnerState::Stopped,
        }
    }

    pub(super) fn set_state(&self, state: RunnerState) {
        let number = match state {
            RunnerState::Starting => 0,
            RunnerState::Active => 1,
            RunnerState::Standby => 2,
            RunnerState::Stopped => 3,
        };
        self.state.store(number, Ordering::Release);
    }

    fn why_unavailable(&self) -> String {
        match self.state() {
            RunnerState::Starting => {
                "the engine is still reading what was unfinished; try again in a moment"
            }
            RunnerState::Standby => {
                "this server is on standby and another one runs the engine; ask that one"
            }
            RunnerState::Active | RunnerState::Stopped => {
                "the engine is stopping; try again in a moment"
            }
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_when_too_many_start_is_told_to_come_again() {
        let (handle, _inbox) = channel();
        let mut places: Vec<Place> = (0..STARTING).filter_map(|_| handle.admit().ok()).collect();
        assert_eq!(places.len(), STARTING);
        let refused = handle.admit().err().map(web::Error::from);
        assert_eq!(refused.map(|error| error.status().as_u16()), Some(429));
        places.pop();
        assert!(handle.admit().is_ok());
    }
}
