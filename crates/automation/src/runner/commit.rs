//! Commits: one at a time is on its way to the disk, and while it is, the loop takes news for
//! the next one. Nobody is answered, and nothing is done outside, before the facts that it
//! follows from are durable.

use std::collections::HashMap;
use std::sync::Arc;

use base::{ExecutionId, Timestamp};
use engine::{Effect, Input};
use futures::future::BoxFuture;
use store::{Error, Signal};
use tokio::sync::oneshot;

use super::announce;
use super::change::Change;
use super::facts::{New, Written};
use super::handle::{InputError, Made, StartError};
use super::machine::Machine;
use super::points::Point;

/// A commit that is on its way to the disk, and what follows from it.
pub(super) struct Pending {
    pub changes: Arc<Vec<Change>>,
    pub effects: Vec<(ExecutionId, Effect)>,
    pub replies: Vec<Reply>,
    /// What is thought of the executions that it makes.
    pub new: New,
    /// Gives when it was written, and what came of it.
    pub writing: Writing,
}

/// The way to the disk; dropping it leaves open whether the commit gets there.
pub(super) type Writing = BoxFuture<'static, Result<(Timestamp, Written), Error>>;

/// Somebody who waits for a commit.
pub(super) enum Reply {
    Create(ExecutionId, oneshot::Sender<Result<Made, StartError>>),
    /// Somebody who wanted to make an execution that is there already, or is being made by
    /// the coming commit; they read it when they are told, so it has to be durable.
    Exists(oneshot::Sender<Result<Made, StartError>>),
    Input(ExecutionId, oneshot::Sender<Result<(), InputError>>),
}

/// Waits until the commit has arrived or failed; for ever when there is none.
pub(super) async fn landed(pending: &mut Option<Pending>) -> Result<(Timestamp, Written), Error> {
    match pending {
        Some(pending) => (&mut pending.writing).await,
        None => std::future::pending().await,
    }
}

impl Machine {
    /// Makes everything durable, then answers and carries out.
    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        self.finish().await?;
        self.begin_commit();
        self.finish().await
    }

    /// Sends all changes on their way, where none are. What needs none is answered and carried
    /// out at once.
    pub(super) fn begin_commit(&mut self) {
        let changes: Vec<Change> = std::mem::take(&mut self.changes).into_values().collect();
        // What is ordered from here on belongs to the next commit.
        let (effects, replies) =
            (std::mem::take(&mut self.effects), std::mem::take(&mut self.replies));
        self.weight = 0;
        if changes.is_empty() {
            return self.follow(HashMap::new(), effects, replies);
        }
        self.crowd.came(changes.len());
        let (changes, new) = (Arc::new(changes), New::Expected);
        let writing = self.write(changes.clone(), new, None);
        self.pending = Some(Pending { changes, effects, replies, new, writing });
    }

    /// Waits for the commit that is on its way, if one is.
    pub(super) async fn finish(&mut self) -> Result<(), Error> {
        while self.pending.is_some() {
            let written = landed(&mut self.pending).await;
            self.land(written)?;
        }
        Ok(())
    }

    /// The facts are durable: tells of them, answers and carries out.
    pub(super) fn settle(&mut self, pending: Pending, at: Timestamp, written: Written) {
        let Pending { changes, mut effects, replies, .. } = pending;
        let mut made = HashMap::new();
        for (change, is_new) in changes.iter().zip(written.is_new) {
            if change.created.is_some() && is_new {
                made.insert(change.id, Made { at, head: change.head.clone() });
            }
            if !is_new {
                effects.retain(|(other, _)| *other != change.id);
            }
            self.committed(change, is_new);
            self.listen(change, written.newest);
        }
        self.follow(made, effects, replies);
    }

    /// Answers, then carries out.
    fn follow(
        &mut self,
        mut made: HashMap<ExecutionId, Made>,
        effects: Vec<(ExecutionId, Effect)>,
        replies: Vec<Reply>,
    ) {
        for reply in replies {
            match reply {
                Reply::Create(id, reply) => {
                    drop(reply.send(made.remove(&id).ok_or(StartError::Exists)));
                }
                Reply::Exists(reply) => drop(reply.send(Err(StartError::Exists))),
                Reply::Input(_, reply) => drop(reply.send(Ok(()))),
            }
            Point::Answered.pass();
        }
        for (id, effect) in effects {
            self.carry_out(id, effect);
            Point::Ordered.pass();
        }
        if !self.postponed.is_empty() {
            self.start_queued(self.app.now());
        }
    }

    /// Forgets an execution that is not made after all, and what was to come of it.
    pub(super) fn give_up(&mut self, id: ExecutionId) {
        self.forget(id);
        self.changes.shift_remove(&id);
        self.effects.retain(|(other, _)| *other != id);
        for reply in self.replies.extract_if(.., |reply| reply.is_about(id)) {
            if let Reply::Input(_, reply) = reply {
                drop(reply.send(Err(InputError::Unknown)));
            }
        }
    }

    /// After the commit: tells listeners, and forgets what has ended.
    pub(super) fn committed(&mut self, change: &Change, is_new: bool) {
        let id = change.id;
        if !is_new {
            // The execution existed: what was made of it in memory is void.
            self.give_up(id);
            return;
        }
        self.make_room(change);
        let organisation = change.organisation;
        self.app.bus.send(Signal::Journal { organisation, execution: id });
        for topic in announce::topics(change) {
            self.app.bus.send(Signal::Outbox { organisation, topic: topic.to_owned() });
        }
        if change.head.status.is_final() {
            metrics::counter!("hishamos_executions_total", "status" => change.head.status.as_str())
                .increment(1);
            self.tell_parent(change);
            self.handle.ends().tell(id);
            self.forget(id);
        }
        metrics::gauge!("hishamos_executions_live").set(self.live.len() as f64);
    }

    /// One whose group cancels those that are there already takes their place, once it is
    /// certain that it is new: a request that is repeated takes nobody's.
    fn make_room(&mut self, change: &Change) {
        let group = self.live.get(&change.id).and_then(|live| live.group.as_ref());
        let Some(name) = group.map(|group| group.name.clone()) else { return };
        let now = self.app.now();
        for other in &change.displaces {
            let by = format!("execution {}", change.id);
            let reason = Some(format!("a newer execution of group \"{name}\" began"));
            self.advance(*other, Input::Cancel { by, reason }, None, now);
        }
    }
}

impl Reply {
    /// Whether somebody asked something of this execution.
    fn is_about(&self, id: ExecutionId) -> bool {
        matches!(self, Self::Input(other, _) if *other == id)
    }
}
