//! A question that is under way: who asks leads, who asks the same meanwhile waits for the
//! answer as a whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base::VirtualKeyId;
use llm::door::Failure;
use tokio::sync::watch;
use tokio::time::timeout;

use super::answers::Answers;
use super::given::{Unshared, Weigh};
use super::key::Key;

/// How often those who wait look, at the most.
const LOOK: Duration = Duration::from_millis(100);

/// How a question ended, for those who waited for it.
#[derive(Debug)]
pub(super) enum End<T> {
    /// With an answer for all.
    Given(Arc<T>),
    /// With an error for all.
    Failed(Failure),
    /// This key was refused; others may not be.
    Refused(VirtualKeyId, Failure),
    /// With nothing for others: the next one asks.
    Own,
    /// In the middle of an answer: everybody asks for themselves.
    Broke,
}

type Said<T> = Option<Arc<End<T>>>;

/// How far the client of the one who leads is: odd while it has still to take what it was
/// sent, even while it waits for more.
#[derive(Debug, Default)]
struct Pulse(AtomicU64);

impl Pulse {
    /// Only the one who leads calls this, so nothing comes in between.
    fn is_sent(&self, is_sent: bool) {
        let now = self.0.load(Ordering::Relaxed);
        if (now % 2 == 1) != is_sent {
            self.0.store(now.wrapping_add(1), Ordering::Relaxed);
        }
    }
}

/// A question that is under way, as those see it who wait.
#[derive(Debug)]
pub(super) struct Flight<T> {
    end: watch::Receiver<Said<T>>,
    pulse: Arc<Pulse>,
}

impl<T> Clone for Flight<T> {
    fn clone(&self) -> Self {
        Self { end: self.end.clone(), pulse: self.pulse.clone() }
    }
}

impl<T> Flight<T> {
    /// Waits for the end. When the one who leads is gone, the next one asks; when its client
    /// takes nothing of what it was sent for longer than `patience`, nobody waits for it.
    pub(super) async fn end(mut self, patience: Duration) -> Arc<End<T>> {
        let patience = patience.max(LOOK);
        loop {
            let before = self.pulse.0.load(Ordering::Relaxed);
            match timeout(patience, self.end.wait_for(Option::is_some)).await {
                Ok(Ok(said)) => return said.clone().unwrap_or_else(|| Arc::new(End::Own)),
                Ok(Err(_)) => return Arc::new(End::Own),
                Err(_) => {}
            }
            let now = self.pulse.0.load(Ordering::Relaxed);
            if now % 2 == 1 && now == before {
                return Arc::new(End::Broke);
            }
        }
    }
}

/// The one who asks. Dropped without a word, it leaves the question to the next one.
pub(crate) struct Lead<T: Weigh + Send + Sync + 'static> {
    answers: Answers<T>,
    key: Key,
    who: VirtualKeyId,
    pulse: Arc<Pulse>,
    /// Those who wait; `None` when nobody can.
    said: Option<watch::Sender<Said<T>>>,
}

impl<T: Weigh + Send + Sync + 'static> std::fmt::Debug for Lead<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lead")
    }
}

impl<T: Weigh + Send + Sync + 'static> Lead<T> {
    /// Somebody who asks, and the flight for those who wait.
    pub(super) fn new(answers: Answers<T>, key: Key, who: VirtualKeyId) -> (Self, Flight<T>) {
        let (said, end) = watch::channel(None);
        let pulse = Arc::new(Pulse::default());
        let flight = Flight { end, pulse: pulse.clone() };
        (Self { answers, key, who, pulse, said: Some(said) }, flight)
    }

    /// Somebody who asks for themselves, beside the one who leads.
    pub(super) fn alone(answers: Answers<T>, key: Key, who: VirtualKeyId) -> Self {
        Self { answers, key, who, pulse: Arc::default(), said: None }
    }

    /// The answer, for everybody and for later.
    pub(crate) fn give(mut self, answer: T) -> Arc<T> {
        let answer = Arc::new(answer);
        // before those who come find that nobody asks
        self.answers.keep(self.key, answer.clone());
        self.say(End::Given(answer.clone()));
        answer
    }

    /// There is no answer for others.
    pub(crate) fn end(mut self, unshared: &Unshared<T>) {
        self.say(match unshared {
            Unshared::Refused(failure) => End::Refused(self.who, failure.clone()),
            Unshared::Failed(failure) => End::Failed(failure.clone()),
            Unshared::Given(_) => End::Own,
        });
    }

    /// The key of who asks was refused; others may not be.
    pub(crate) fn refused(mut self, failure: &Failure) {
        self.say(End::Refused(self.who, failure.clone()));
    }

    /// A stream has failed: those who waited have heard nothing of it, and ask for themselves.
    pub(crate) fn broke(mut self) {
        self.say(End::Broke);
    }

    /// The client was sent something and has still to take it.
    pub(crate) fn is_sent(&self) {
        self.pulse.is_sent(true);
    }

    /// The client has taken what it was sent, and waits for more.
    pub(crate) fn is_taken(&self) {
        self.pulse.is_sent(false);
    }

    fn say(&mut self, end: End<T>) {
        if let Some(said) = self.land() {
            said.send_replace(Some(Arc::new(end)));
        }
    }

    /// Whoever comes now does not wait any more.
    fn land(&mut self) -> Option<watch::Sender<Said<T>>> {
        let said = self.said.take()?;
        self.answers.landed(&self.key);
        Some(said)
    }
}

impl<T: Weigh + Send + Sync + 'static> Drop for Lead<T> {
    fn drop(&mut self) {
        self.land();
    }
}
