//! What reaches the disk, and what follows once it has.

use base::Timestamp;
use engine::{AttemptKey, Effect, Event, Input, InstanceStatus, Parking, replay, step};

use super::World;
use super::node::{Flight, Node, Pending};
use crate::checker::GIVE_UP_AFTER;
use crate::fault::Fault;
use crate::violation::{Violation, must};

impl World<'_> {
    fn land(&mut self, event: Event, now: Timestamp) -> Result<(), Violation> {
        self.checker.see(&event, now)?;
        self.journal.push(event);
        Ok(())
    }

    /// Makes durable what waits, then tells people and carries effects out.
    pub(super) fn commit(&mut self) -> Result<(), Violation> {
        let mut pending = std::mem::take(&mut self.node.pending);
        if pending.is_empty() {
            return Ok(());
        }
        if self.has(Fault::CommitsReordered) {
            pending.reverse();
        }
        for Pending { mut events, effects, now, promise } in pending {
            if let Some(fault) = self.fault {
                fault.spoil(&mut events, self.turns);
            }
            let count = events.len();
            for event in events {
                self.land(event, now)?;
            }
            if self.has(Fault::AckBeforeCommit) {
                continue;
            }
            self.keep_promise(promise.as_ref(), count)?;
            self.perform(effects)?;
        }
        if !self.fault.is_some_and(Fault::forges) {
            self.checker.agrees(&self.node.state)?;
        }
        let air: Vec<AttemptKey> = self.node.air.keys().copied().collect();
        let running: Vec<AttemptKey> = self.checker.running().collect();
        must("running", air == running, || {
            format!("{running:?} should run, somebody works on {air:?}")
        })
    }

    /// Whoever is told that something was done can rely on it.
    pub(super) fn keep_promise(
        &self,
        promise: Option<&Event>,
        count: usize,
    ) -> Result<(), Violation> {
        let Some(promise) = promise else { return Ok(()) };
        let tail = &self.journal[self.journal.len() - count..];
        must("durable", tail.contains(promise), || format!("{promise:?} was told and not stored"))
    }

    pub(super) fn perform(&mut self, effects: Vec<Effect>) -> Result<(), Violation> {
        for effect in effects {
            match effect {
                Effect::StartAttempt { key, .. } => {
                    // What was sent back or ended by a later commit is not begun any more.
                    if !self.runs(key) {
                        continue;
                    }
                    must("effects", self.checker.is_running(key), || {
                        format!("{key:?} is carried out and does not run by what is stored")
                    })?;
                    self.node.air.insert(key, Flight::Work);
                }
                Effect::ChooseAgent { key, exclude, .. } => {
                    if !self.runs(key) {
                        continue;
                    }
                    let tried = self.checker.chosen(key);
                    must("agents", tried.iter().all(|agent| exclude.contains(agent)), || {
                        format!("{key:?} may choose {tried:?} again")
                    })?;
                    self.node.air.insert(key, Flight::Choice(exclude));
                }
                Effect::CancelAttempt { key } => {
                    must("effects", !self.checker.is_running(key), || {
                        format!("{key:?} is stopped although it runs")
                    })?;
                    self.node.air.remove(&key);
                }
                Effect::WakeAt(_) => {}
            }
        }
        let checker = &self.checker;
        self.node.air.retain(|key, _| checker.is_running(*key));
        Ok(())
    }

    /// The process dies: what was not durable may be lost from any fact on, and another
    /// process begins with what is there.
    pub(super) fn crash(&mut self) -> Result<(), Violation> {
        let pending = std::mem::take(&mut self.node.pending);
        let mut events: Vec<(Event, Timestamp)> = pending
            .into_iter()
            .flat_map(|pending| pending.events.into_iter().map(move |event| (event, pending.now)))
            .collect();
        if self.has(Fault::CommitTwice) {
            let again = events.clone();
            events.extend(again);
        } else {
            events.truncate(self.luck.below(events.len() + 1));
        }
        for (event, now) in events {
            self.land(event, now)?;
        }
        // Whoever is waited for comes in time, so nobody's time may end meanwhile.
        let later = self.now.plus(std::time::Duration::from_secs(5));
        if self.first_end_of_a_wait().is_none_or(|end| later < end) {
            self.now = later;
        }
        self.begin_again()
    }

    /// When the first of those that wait for somebody or something waits no longer.
    fn first_end_of_a_wait(&self) -> Option<Timestamp> {
        let instances = self.node.state.steps.iter().flat_map(|step| &step.instances);
        let ends = instances.filter_map(|instance| match &instance.status {
            InstanceStatus::Parked { until, on: Parking::Signal(_) | Parking::People(_) } => *until,
            _ => None,
        });
        ends.min()
    }

    /// A new process begins with what is on the disk.
    pub(super) fn begin_again(&mut self) -> Result<(), Violation> {
        self.epoch += 1;
        if self.has(Fault::CompensationTwice) {
            self.forget_compensation();
        }
        let state = replay(&self.plan, &self.journal);
        if !self.fault.is_some_and(Fault::forges) {
            self.checker.replays(&self.journal)?;
        }
        self.node = Node::new(self.epoch, state);
        if self.has(Fault::NoRecovery) {
            return Ok(());
        }
        let give_up_after = self.weather.counts_deaths.then_some(GIVE_UP_AFTER);
        self.feed(Input::Recover { give_up_after })
    }

    /// Another process takes the role; the old one still lives.
    pub(super) fn take_over(&mut self) -> Result<(), Violation> {
        let empty = Node::new(0, self.node.state.clone());
        self.stale = Some(std::mem::replace(&mut self.node, empty));
        self.begin_again()
    }

    /// A process that lost the role goes on as if it had it, until it wants to write.
    pub(super) fn stale_acts(&mut self) -> Result<(), Violation> {
        let Some(mut stale) = self.stale.take() else { return Ok(()) };
        let key = stale.air.keys().nth(self.luck.below(stale.air.len())).copied();
        if let Some(input) = key.and_then(|key| self.outcome(key)) {
            let outcome = step(&self.plan, &mut stale.state, input, self.now);
            let Ok(outcome) = outcome else { return Ok(()) };
            let (events, effects) = (outcome.events, outcome.effects);
            stale.pending.push(Pending { events, effects, now: self.now, promise: None });
        }
        if self.luck.percent(50) {
            self.stale = Some(stale);
            return Ok(());
        }
        // It writes, and the write is refused, because its number is not the last one.
        if stale.epoch == self.epoch || self.has(Fault::NoFencing) {
            for pending in stale.pending {
                for event in pending.events {
                    self.land(event, pending.now)?;
                }
            }
        }
        Ok(())
    }

    fn forget_compensation(&mut self) {
        let ended = self.journal.iter().rposition(|event| {
            matches!(event, Event::StepCompleted { step, .. } if self.plan.undoes(*step).is_some())
        });
        if let Some(Event::StepCompleted { step, .. }) = ended.map(|at| self.journal[at].clone()) {
            self.journal.retain(|event| match event {
                Event::StepCompleted { step: of, .. } | Event::StepExpanded { step: of, .. } => {
                    *of != step
                }
                Event::AttemptStarted { key, .. }
                | Event::AttemptResumed { key, .. }
                | Event::AttemptFailed { key, .. }
                | Event::RetryScheduled { key, .. }
                | Event::AttemptCompleted { key, .. } => key.step != step,
                _ => true,
            });
        }
    }
}
