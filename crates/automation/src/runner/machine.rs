//! The loop: take all news, advance, commit once, carry out.

use std::collections::{BTreeSet, HashMap, VecDeque};

use base::{ExecutionId, Timestamp};
use engine::{AttemptKey, Effect, Event, Input, Outcome};
use indexmap::IndexMap;
use store::Error;
use store::lease::Lease;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use web::App;

use super::change::Change;
use super::clockwork::Clockwork;
use super::commit::{Pending, Reply, landed};
use super::crowd::Crowd;
use super::handle::{
    Handle, InputError, Made, Message, NewExecution, ResultNote, RunnerState, StartError,
};
use super::live::{Live, Waiter};
use super::perform::Desk;
use super::places::Postponed;
use super::points::Point;
use super::queue::Queue;
use super::slots::Slots;
use super::suspects::Suspects;
use super::{Dependencies, Options, children, recover};

/// How much news one commit takes.
pub(super) const BATCH: usize = 1024;

/// How many bytes of outputs and inputs one commit takes, about: a database refuses what is
/// far larger.
const HEAVY: usize = 16 * 1024 * 1024;

/// The runner while it holds the engine role.
pub(super) struct Machine {
    pub(super) app: App,
    pub(super) dependencies: Dependencies,
    pub(super) lease: Lease,
    pub(super) live: HashMap<ExecutionId, Live>,
    pub(super) changes: IndexMap<ExecutionId, Change>,
    pub(super) handle: Handle,
    pub(super) stop: CancellationToken,
    pub(super) max_running: usize,
    pub(super) max_open: usize,
    /// Executions that wait for their turn, and those that have it.
    pub(super) queue: Queue,
    /// What those that rest want to do once they have a place.
    pub(super) postponed: Postponed,
    /// Attempts that may have killed the process go on one at a time.
    pub(super) suspects: Suspects,
    /// The number of this runner among those of the process.
    pub(super) era: u64,
    /// Whoever waits for events of the system was told of everything before this.
    pub(super) told_at: Timestamp,
    /// Executions in which it is too late for an event that may not have been told yet.
    pub(super) unheard: BTreeSet<ExecutionId>,
    /// Resumes of such executions: a resume would end what is over.
    pub(super) held: Vec<Message>,
    clockwork: Clockwork,
    /// The places of agents.
    pub(super) slots: Slots,
    /// News that the runner has for itself.
    pub(super) local: Vec<Message>,
    /// After how many deaths of its process an attempt is given up; absent when the last
    /// process stopped in good order.
    give_up_after: Option<u32>,
    pub(super) effects: Vec<(ExecutionId, Effect)>,
    pub(super) replies: Vec<Reply>,
    /// How many bytes of outputs and inputs the coming commit has, about.
    pub(super) weight: usize,
    /// The commit that is on its way to the disk.
    pub(super) pending: Option<Pending>,
    /// Whether people come faster than commits.
    pub(super) crowd: Crowd,
    /// Calls of procedures, which happen inside a commit of their own.
    pub(super) procedures: VecDeque<(ExecutionId, AttemptKey, String, serde_json::Value)>,
}

impl Machine {
    pub(super) fn new(
        app: App,
        dependencies: Dependencies,
        options: &Options,
        handle: Handle,
        lease: Lease,
        stop: CancellationToken,
    ) -> Self {
        Self {
            era: handle.waits().clear(),
            app,
            dependencies,
            give_up_after: lease.is_takeover.then_some(options.give_up_after),
            lease,
            handle,
            stop,
            max_running: options.max_running,
            max_open: options.max_open,
            live: HashMap::new(),
            queue: Queue::default(),
            postponed: Postponed::default(),
            suspects: Suspects::default(),
            told_at: Timestamp::EPOCH,
            unheard: BTreeSet::new(),
            held: Vec::new(),
            slots: Slots::new(options.max_per_agent),
            local: Vec::new(),
            clockwork: Clockwork::default(),
            changes: IndexMap::new(),
            effects: Vec::new(),
            replies: Vec::new(),
            weight: 0,
            pending: None,
            crowd: Crowd::default(),
            procedures: VecDeque::new(),
        }
    }

    /// Recovers what was not finished, then drives executions until told to stop.
    pub(super) async fn run(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Result<(), Error> {
        recover::recover(self).await?;
        self.commit().await?;
        self.handle.set_state(RunnerState::Active);
        let mut news = Vec::with_capacity(BATCH);
        loop {
            let (is_free, has_work) = (self.pending.is_none(), self.has_work());
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return self.finish().await,
                written = landed(&mut self.pending), if !is_free => self.land(written)?,
                count = inbox.recv_many(&mut news, BATCH) => if count == 0 {
                    return self.finish().await;
                },
                () = std::future::ready(()), if has_work => {}
                () = tokio::time::sleep(self.clockwork.wait(self.app.now())), if is_free && !has_work => {}
            }
            if self.pending.is_some() {
                self.take_meanwhile(&mut news).await?;
                continue;
            }
            // What came while the last commit was on its way has waited long enough.
            if self.changes.is_empty() {
                self.crowd.gather(inbox, &mut news).await;
            }
            let now = self.app.now();
            for id in self.clockwork.due(now) {
                if let Some(live) = self.live.get_mut(&id) {
                    live.wake = None;
                    self.tick(id, now);
                }
            }
            for message in std::mem::take(&mut self.local).into_iter().chain(news.drain(..)) {
                self.take_weighed(message, now).await?;
            }
            self.take_held(now);
            self.start_queued(now);
            self.let_suspect_go_on(now);
            self.begin_commit();
            self.call_next_procedure().await?;
        }
    }

    /// Takes news while a commit is on its way, as far as they need not know what comes of it.
    async fn take_meanwhile(&mut self, news: &mut Vec<Message>) -> Result<(), Error> {
        let now = self.app.now();
        for message in news.drain(..) {
            if self.pending.is_some() && message.asks_who_listens() {
                self.local.push(message);
            } else {
                self.take_weighed(message, now).await?;
                Point::NewsTaken.pass();
            }
        }
        // Those who were answered by the last commit have their turn to ask for more.
        tokio::task::yield_now().await;
        Ok(())
    }

    /// Takes news; when a commit would become too large by more of them, this one is made first.
    async fn take_weighed(&mut self, message: Message, now: Timestamp) -> Result<(), Error> {
        self.weight += message.weight();
        self.take(message, now);
        if self.weight > HEAVY {
            self.commit().await?;
        }
        Ok(())
    }

    /// Whether there is something to do without news: what a procedure left behind, or
    /// the next procedure. While a commit is on its way, all of it waits.
    fn has_work(&self) -> bool {
        let is_idle = self.procedures.is_empty()
            && self.changes.is_empty()
            && self.effects.is_empty()
            && self.replies.is_empty()
            && self.local.is_empty()
            && !self.suspects.may_go_on();
        self.pending.is_none() && !is_idle
    }

    pub(super) fn take(&mut self, message: Message, now: Timestamp) {
        let Some(message) = self.unless_held(message, now) else { return };
        match message {
            Message::Create { execution, reply } if self.crosses(&execution) => {
                self.local.push(Message::Create { execution, reply });
            }
            Message::Create { execution, reply } => self.create(*execution, reply, now),
            Message::Histories { id, key, wanted, histories } => {
                let input = self.chosen(id, key, &wanted, histories);
                self.advance(id, input, None, now);
            }
            Message::Input { id, input, beside, reply } => {
                if !self.live.contains_key(&id) {
                    drop(reply.send(Err(InputError::Unknown)));
                    return;
                }
                match self.try_advance(id, input, None, now) {
                    Ok(()) => {
                        if let Some(change) = self.changes.get_mut(&id) {
                            change.beside.extend(beside);
                        }
                        self.replies.push(Reply::Input(id, reply));
                    }
                    Err(rejected) => drop(reply.send(Err(rejected.into()))),
                }
            }
            Message::Completed { id, key, output, note } => {
                self.advance(id, Input::AttemptCompleted { key, output }, Some((key, *note)), now);
            }
            Message::Heard { id, key, event } => {
                self.advance(id, Input::EventHeard { key, event }, None, now);
            }
            Message::Told { era, at } => self.told(era, at, now),
            Message::Failed { id, key, failure } => {
                self.advance(id, Input::AttemptFailed { key, failure }, None, now);
            }
        }
    }

    fn create(
        &mut self,
        mut new: NewExecution,
        reply: oneshot::Sender<Result<Made, StartError>>,
        now: Timestamp,
    ) {
        let id = new.id;
        if self.live.contains_key(&id) {
            self.replies.push(Reply::Exists(reply));
            return;
        }
        // what already runs must be able to end, so its children always find a place
        if new.parent.is_none() && self.live.len() >= self.max_open {
            drop(reply.send(Err(StartError::Full(self.live.len()))));
            return;
        }
        if let Err(circle) = self.join_group(&mut new) {
            drop(reply.send(Err(circle)));
            return;
        }
        let (state, events) = if let Some(link) = new.link.as_deref_mut() {
            (link.state.clone(), std::mem::take(&mut link.events))
        } else {
            let (state, event) = engine::create(&new.plan, new.inputs.clone(), new.seed);
            (state, vec![event])
        };
        let mut live = Live::new(new.organisation, id, new.plan.clone(), state, 0);
        live.model.clone_from(&new.model);
        live.project.clone_from(&new.project);
        live.charge.clone_from(&new.charge);
        live.workflow.clone_from(&new.workflow_slug);
        live.title.clone_from(&new.title);
        live.priority.clone_from(&new.priority);
        live.starter.clone_from(&new.starter);
        live.group.clone_from(&new.group);
        live.parent = new.parent.as_ref().map(|parent| Waiter {
            execution: parent.execution,
            step: parent.step.clone(),
            instance: parent.key.instance,
            attempt: parent.key.attempt,
        });
        live.depth = new.depth;
        let mut change = Change::new(&live);
        if let Some(group) = live.group.as_ref().filter(|group| group.cancels) {
            change.displaces = self.queue.members(live.organisation, &group.name);
        }
        self.queue.push(live.waiting(now), &new.priority);
        change.created = Some(Box::new(new));
        change.extend(&mut live, events);
        self.changes.insert(id, change);
        self.live.insert(id, live);
        self.replies.push(Reply::Create(id, reply));
    }

    /// Puts an execution that was read from its journal, and has had its turn, back to work.
    pub(super) fn adopt(&mut self, live: Live, since: Timestamp, now: Timestamp) {
        let (id, has_begun, waiting) = (live.id, live.state.has_begun(), live.waiting(since));
        self.live.insert(id, live);
        if has_begun {
            self.queue.started(waiting);
            // There may be more than have a place: those that had none, and those for whom
            // something fell due meanwhile. What they want to do queues.
            if self.queue.running() > self.max_running {
                self.queue.rest(id);
            }
            self.rest_if_idle(id);
        }
        let give_up_after = self.give_up_after;
        self.advance(id, Input::Recover { give_up_after }, None, now);
        self.tick(id, now);
        if let Some(live) = self.live.get_mut(&id) {
            // Recorded even when nothing was running, so that people see that it was taken up again.
            let change = self.changes.entry(id).or_insert_with(|| Change::new(live));
            change.is_recovery = true;
            change.extend(live, Vec::new());
        }
    }

    /// Advances by news that cannot be refused.
    pub(super) fn advance(
        &mut self,
        id: ExecutionId,
        input: Input,
        note: Option<(AttemptKey, ResultNote)>,
        now: Timestamp,
    ) {
        if let Err(rejected) = self.try_advance(id, input, note, now) {
            tracing::debug!(execution.id = %id, "news came too late: {rejected}");
        }
    }

    fn try_advance(
        &mut self,
        id: ExecutionId,
        input: Input,
        note: Option<(AttemptKey, ResultNote)>,
        now: Timestamp,
    ) -> Result<(), engine::Rejected> {
        let Some(live) = self.live.get_mut(&id) else { return Ok(()) };
        let plan = live.plan.clone();
        let outcome = engine::step(&plan, &mut live.state, input, now)?;
        // One that was paused when its turn came, and is resumed, waits for another turn.
        let stands_in_line = self.queue.waits(id) || self.queue.runs(id);
        if live.state.status == engine::Status::Queued && !stands_in_line {
            self.queue.push(live.waiting(now), &live.priority);
        }
        self.absorb(id, outcome, note);
        Ok(())
    }

    /// Takes in what follows from an input.
    pub(super) fn absorb(
        &mut self,
        id: ExecutionId,
        outcome: Outcome,
        note: Option<(AttemptKey, ResultNote)>,
    ) {
        let Some(live) = self.live.get_mut(&id) else { return };
        if outcome.events.is_empty() {
            // Nothing new is known, but something may be due at another time.
            self.schedule_after(id, outcome.effects);
            return;
        }
        let change = self.changes.entry(id).or_insert_with(|| Change::new(live));
        if let Some((key, note)) = note {
            if note.agent.is_some() {
                live.author.agent.clone_from(&note.agent);
                live.author.model.clone_from(&note.model);
                live.author.scripted |= note.scripted;
            }
            change.notes.insert(key, note);
        }
        let mut freed = Vec::new();
        for event in &outcome.events {
            if let Event::AttemptCompleted { key, .. } | Event::AttemptFailed { key, .. } = event {
                if let Some(task) = live.tasks.remove(key) {
                    // It has ended, unless its time ran out; then nobody waits for it any more.
                    task.cancel();
                }
                freed.push(*key);
            }
        }
        change.extend(live, outcome.events);
        self.schedule_after(id, outcome.effects);
        for key in freed {
            self.free_agent(id, key);
        }
        self.rest_if_idle(id);
    }

    /// Keeps effects until the facts are durable.
    pub(super) fn schedule_after(&mut self, id: ExecutionId, effects: Vec<Effect>) {
        let Some(live) = self.live.get_mut(&id) else { return };
        let wake = effects.iter().rev().find_map(|effect| match effect {
            Effect::WakeAt(at) => Some(*at),
            Effect::StartAttempt { .. }
            | Effect::ChooseAgent { .. }
            | Effect::CancelAttempt { .. } => None,
        });
        self.clockwork.set(id, live.wake, wake);
        live.wake = wake;
        self.effects.extend(effects.into_iter().map(|effect| (id, effect)));
    }

    /// Takes an execution out of memory.
    pub(super) fn forget(&mut self, id: ExecutionId) {
        let Some(mut live) = self.live.remove(&id) else { return };
        self.clockwork.set(id, live.wake.take(), None);
        self.postponed.remove(&id);
        self.stop_listening(&live);
        for (key, task) in std::mem::take(&mut live.tasks) {
            task.cancel();
            self.free_agent(id, key);
            if let Some(child) = children::child_of(&live, key) {
                self.stop_child(id, child);
            }
        }
        self.queue.ended(id);
    }

    /// What the work outside the loop can reach.
    pub(super) fn desk(&self) -> Desk {
        Desk {
            app: self.app.clone(),
            dependencies: self.dependencies.clone(),
            handle: self.handle.clone(),
        }
    }

    /// The token that stops the work on an attempt.
    pub(super) fn task(&mut self, id: ExecutionId, key: AttemptKey) -> CancellationToken {
        let task = self.stop.child_token();
        if let Some(live) = self.live.get_mut(&id) {
            live.tasks.insert(key, task.clone());
        }
        task
    }
}
